//! Who may not do what, and who may.

use std::fmt;

use crate::access::{Action, Role, allowed, allowed_in_small_house};

/// Something that a person may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The person's login.
    pub(crate) login: String,
    /// The person's role.
    pub(crate) role: Role,
    /// What was to be done.
    pub(crate) action: Action,
    /// Whether the node is of a small house.
    pub(crate) small_house: bool,
}

impl Denied {
    /// The roles that may.
    pub fn who_may(&self) -> impl Iterator<Item = Role> {
        let table = if self.small_house {
            allowed_in_small_house
        } else {
            allowed
        };
        Role::ALL
            .into_iter()
            .filter(move |role| table(*role, self.action))
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` acts as {} and may not do this ({}); ",
            self.login,
            with_article(self.role),
            self.action.name()
        )?;
        let roles: Vec<&str> = self.who_may().map(with_article).collect();
        if let Some((last, others)) = roles.split_last() {
            if !others.is_empty() {
                write!(f, "{} or ", others.join(", "))?;
            }
            f.write_str(last)?;
        }
        // Where the role is the right one, it is that of somebody else's house.
        f.write_str(if self.action.is_of_the_house() {
            " of this node's own organisation may"
        } else {
            " may"
        })
    }
}

fn with_article(role: Role) -> &'static str {
    match role {
        Role::Administrator => "an administrator",
        Role::Analyst => "an analyst",
        Role::Auditor => "an auditor",
        Role::Member => "a member",
        Role::Releaser => "a releaser",
        Role::Service => "a service",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_who_may_instead() {
        let denied = |small_house, action| Denied {
            login: "admin".to_owned(),
            role: Role::Administrator,
            action,
            small_house,
        };
        assert_eq!(
            denied(false, Action::RequestRelease).to_string(),
            "`admin` acts as an administrator and may not do this (request-release); an analyst or a releaser of this \
             node's own organisation may"
        );
        let roles: Vec<Role> = denied(true, Action::ReadFeed).who_may().collect();
        assert_eq!(roles, [Role::Member, Role::Service]);
        // Nobody is told that nobody may.
        for action in Action::ALL {
            assert!(
                denied(false, action).who_may().next().is_some(),
                "{action:?}"
            );
        }
    }
}
