//! The keywords of the language.

/// The keywords of the language, which are case-sensitive. `true` and `false` are constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the keyword it is named after, see `Keyword::text`"
)]
pub enum Keyword {
    And,
    Exists,
    FollowedBy,
    In,
    IsSubset,
    IsSuperset,
    Like,
    Matches,
    Not,
    Or,
    Repeats,
    Seconds,
    Start,
    Stop,
    Times,
    Within,
}

impl Keyword {
    /// Every keyword.
    pub const ALL: [Self; 16] = [
        Self::And,
        Self::Exists,
        Self::FollowedBy,
        Self::In,
        Self::IsSubset,
        Self::IsSuperset,
        Self::Like,
        Self::Matches,
        Self::Not,
        Self::Or,
        Self::Repeats,
        Self::Seconds,
        Self::Start,
        Self::Stop,
        Self::Times,
        Self::Within,
    ];

    /// The keyword as it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::And => "AND",
            Self::Exists => "EXISTS",
            Self::FollowedBy => "FOLLOWEDBY",
            Self::In => "IN",
            Self::IsSubset => "ISSUBSET",
            Self::IsSuperset => "ISSUPERSET",
            Self::Like => "LIKE",
            Self::Matches => "MATCHES",
            Self::Not => "NOT",
            Self::Or => "OR",
            Self::Repeats => "REPEATS",
            Self::Seconds => "SECONDS",
            Self::Start => "START",
            Self::Stop => "STOP",
            Self::Times => "TIMES",
            Self::Within => "WITHIN",
        }
    }

    /// The keyword that is written `text`, if there is one.
    pub fn of(text: &str) -> Option<Self> {
        Some(match text {
            "AND" => Self::And,
            "EXISTS" => Self::Exists,
            "FOLLOWEDBY" => Self::FollowedBy,
            "IN" => Self::In,
            "ISSUBSET" => Self::IsSubset,
            "ISSUPERSET" => Self::IsSuperset,
            "LIKE" => Self::Like,
            "MATCHES" => Self::Matches,
            "NOT" => Self::Not,
            "OR" => Self::Or,
            "REPEATS" => Self::Repeats,
            "SECONDS" => Self::Seconds,
            "START" => Self::Start,
            "STOP" => Self::Stop,
            "TIMES" => Self::Times,
            "WITHIN" => Self::Within,
            _ => return None,
        })
    }
}
