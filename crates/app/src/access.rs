//! Who may do what.

use release::party::{Audience, OrganisationId, PersonId};

use crate::denied::Denied;
use crate::error::AppError;

/// What a person is there for. One person has one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Manages the node and its parties; reads and releases nothing, but in a small house everything.
    Administrator,
    /// Takes reports in, registers and judges.
    Analyst,
    /// Looks at what was done.
    Auditor,
    /// A person of an organisation that the node serves.
    Member,
    /// Decides what goes out.
    Releaser,
    /// A programme that exchanges over TAXII.
    Service,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Put objects into the node.
    AddObjects,
    /// Decide on what others sent and what waits in quarantine.
    JudgeIntake,
    /// Set the house's policy.
    ManageNode,
    /// Add organisations, communities, persons and tokens.
    ManageParties,
    /// Read the audit trail.
    ReadAudit,
    /// Read what was released to one's own organisation.
    ReadFeed,
    /// Read which communities one's own organisation is in.
    ReadMembership,
    /// Read what the node holds.
    ReadObjects,
    /// Read who takes part.
    ReadParties,
    /// Read the register of incidents.
    ReadRegister,
    /// Read what was released to whom.
    ReadReleases,
    /// Enter incidents.
    Register,
    /// Confirm and withdraw releases.
    Release,
    /// Ask for a release, which somebody else confirms.
    RequestRelease,
    /// See what another audience sees.
    SeeAs,
    /// Send objects into the inbox.
    SubmitObjects,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] = [
        Self::Administrator,
        Self::Analyst,
        Self::Auditor,
        Self::Member,
        Self::Releaser,
        Self::Service,
    ];

    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
            Self::Member => "member",
            Self::Releaser => "releaser",
            Self::Service => "service",
        }
    }

    /// Reads a machine name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == text)
    }
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 16] = [
        Self::AddObjects,
        Self::JudgeIntake,
        Self::ManageNode,
        Self::ManageParties,
        Self::ReadAudit,
        Self::ReadFeed,
        Self::ReadMembership,
        Self::ReadObjects,
        Self::ReadParties,
        Self::ReadRegister,
        Self::ReadReleases,
        Self::Register,
        Self::Release,
        Self::RequestRelease,
        Self::SeeAs,
        Self::SubmitObjects,
    ];

    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddObjects => "add-objects",
            Self::JudgeIntake => "judge-intake",
            Self::ManageNode => "manage-node",
            Self::ManageParties => "manage-parties",
            Self::ReadAudit => "read-audit",
            Self::ReadFeed => "read-feed",
            Self::ReadMembership => "read-membership",
            Self::ReadObjects => "read-objects",
            Self::ReadParties => "read-parties",
            Self::ReadRegister => "read-register",
            Self::ReadReleases => "read-releases",
            Self::Register => "register",
            Self::Release => "release",
            Self::RequestRelease => "request-release",
            Self::SeeAs => "see-as",
            Self::SubmitObjects => "submit-objects",
        }
    }

    /// Whether it concerns what the house keeps to itself, whatever the role.
    pub(crate) fn is_of_the_house(self) -> bool {
        !matches!(
            self,
            Self::ReadFeed | Self::ReadMembership | Self::SubmitObjects
        )
    }
}

/// The table of roles and actions, for a person of the house; a golden file shows it whole.
pub fn allowed(role: Role, action: Action) -> bool {
    use Action as A;
    match role {
        Role::Administrator => {
            matches!(action, A::ManageNode | A::ManageParties | A::ReadParties)
        }
        Role::Analyst => matches!(
            action,
            A::AddObjects
                | A::JudgeIntake
                | A::ReadObjects
                | A::ReadParties
                | A::ReadRegister
                | A::ReadReleases
                | A::Register
                | A::RequestRelease
                | A::SeeAs
        ),
        Role::Auditor => matches!(action, A::ReadAudit | A::ReadParties | A::ReadReleases),
        Role::Member | Role::Service => {
            matches!(action, A::ReadFeed | A::ReadMembership | A::SubmitObjects)
        }
        Role::Releaser => matches!(
            action,
            A::JudgeIntake
                | A::ReadObjects
                | A::ReadParties
                | A::ReadRegister
                | A::ReadReleases
                | A::Release
                | A::RequestRelease
                | A::SeeAs
        ),
    }
}

/// The table of a small house, where one person does everything: an administrator may do all that the house does.
pub fn allowed_in_small_house(role: Role, action: Action) -> bool {
    allowed(role, action) || (role == Role::Administrator && action.is_of_the_house())
}

/// Somebody who has been authenticated.
///
/// INVARIANT: only `sign_in` makes one, so whoever holds a `Caller` knows who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub(crate) person: PersonId,
    pub(crate) organisation: OrganisationId,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) small_house: bool,
    pub(crate) audience: Audience,
}

impl Caller {
    /// The person.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The person's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name to sign in with.
    pub fn login(&self) -> &str {
        &self.login
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The person's organisation.
    pub fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// Whether that is the one whose node this is.
    pub fn is_own(&self) -> bool {
        self.audience.is_own()
    }

    /// On whose behalf the person reads.
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Whether the person may do something.
    pub fn may(&self, action: Action) -> bool {
        let allowed = if self.small_house {
            allowed_in_small_house(self.role, action)
        } else {
            allowed(self.role, action)
        };
        allowed && (self.is_own() || !action.is_of_the_house())
    }

    pub(crate) fn require(&self, action: Action) -> Result<(), AppError> {
        if self.may(action) {
            Ok(())
        } else {
            Err(AppError::Denied(Box::new(Denied {
                login: self.login.clone(),
                role: self.role,
                action,
                small_house: self.small_house,
            })))
        }
    }
}
