//! Severity by CISA's National Cyber Incident Scoring System (NCISS).
//!
//! It scores one incident by itself and ignores what it belongs to, so a campaign's severity is a judgement beside
//! it, not a number derived from it.

use std::collections::BTreeMap;

use thiserror::Error;

/// An NCISS score: 0.00 to 100.00, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score {
    hundredths: u16,
}

/// The level that a score falls into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 0 to 20: unlikely to affect public safety or national security.
    Baseline,
    /// Above 20.
    Low,
    /// Above 35.
    Medium,
    /// Above 50.
    High,
    /// Above 65.
    Severe,
    /// Above 80.
    Emergency,
}

/// Why answers give no score.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScoreError {
    /// A category was not answered.
    #[error("the category `{0}` is not answered")]
    Missing(&'static str),
    /// An answer that the category does not have.
    #[error("the category `{category}` has no answer `{answer}`")]
    Unknown {
        /// The category.
        category: &'static str,
        /// What was given.
        answer: String,
    },
}

impl Score {
    /// The score of one answer for each category of [`CATEGORIES`]: `100·(Σ weight·value − 325)/(3400 − 325)`, clamped.
    ///
    /// # Errors
    /// [`ScoreError`] names the category that is missing or answered with something it does not have.
    pub fn of(answers: &BTreeMap<String, String>) -> Result<Self, ScoreError> {
        let mut sum = 0_u32;
        for category in &CATEGORIES {
            let answer = answers
                .get(category.name)
                .ok_or(ScoreError::Missing(category.name))?;
            let value = category
                .answers
                .iter()
                .find(|(name, _)| name == answer)
                .ok_or_else(|| ScoreError::Unknown {
                    category: category.name,
                    answer: answer.clone(),
                })?;
            sum += category.weight * value.1;
        }
        Ok(Self::of_sum(sum))
    }

    /// The score of a weighted sum.
    pub fn of_sum(sum: u32) -> Self {
        let above = sum.saturating_sub(MIN_SUM);
        let range = MAX_SUM - MIN_SUM;
        // Rounded to the nearest hundredth of a per cent, halves up.
        let hundredths = (above * 10_000 + range / 2) / range;
        Self {
            hundredths: u16::try_from(hundredths.min(10_000)).unwrap_or(10_000),
        }
    }

    /// The score, 0 to 100.
    pub fn value(self) -> f64 {
        f64::from(self.hundredths) / 100.0
    }

    /// The level.
    pub fn level(self) -> Level {
        match self.hundredths {
            0..=2_000 => Level::Baseline,
            2_001..=3_500 => Level::Low,
            3_501..=5_000 => Level::Medium,
            5_001..=6_500 => Level::High,
            6_501..=8_000 => Level::Severe,
            _ => Level::Emergency,
        }
    }
}

/// One category of the questionnaire.
#[derive(Debug)]
pub struct Category {
    /// The machine name.
    pub name: &'static str,
    /// The weight.
    pub weight: u32,
    /// The answers with their values.
    pub answers: &'static [(&'static str, u32)],
}

const MIN_SUM: u32 = 325;
const MAX_SUM: u32 = 3_400;

/// The categories of NCISS.
pub const CATEGORIES: [Category; 8] = [
    Category {
        name: "functional_impact",
        weight: 6,
        answers: &[
            ("No Impact", 0),
            ("No Impact to Services", 20),
            ("Minimal Impact to Non-Critical Services", 35),
            ("Minimal Impact to Critical Services", 40),
            ("Significant Impact to Non-Critical Services", 50),
            ("Denial of Non-Critical Services", 60),
            ("Significant Impact to Critical Services", 70),
            ("Denial of Critical Services or Loss of Control", 100),
        ],
    },
    Category {
        name: "observed_activity",
        weight: 5,
        answers: &[
            ("None", 0),
            ("Prepare", 40),
            ("Engage", 70),
            ("Presence", 80),
            ("Effect", 100),
        ],
    },
    Category {
        name: "location",
        weight: 4,
        answers: &[
            ("L1 Business DMZ", 30),
            ("L2 Business Network", 40),
            ("Unknown", 50),
            ("L3 Business Network Management", 60),
            ("L4 Critical System DMZ", 70),
            ("L5 Critical System Management", 80),
            ("L6 Critical Systems", 90),
            ("L7 Safety Systems", 100),
        ],
    },
    Category {
        name: "actor",
        weight: 4,
        answers: &[
            ("Hacktivists", 20),
            ("Unwitting Insider", 30),
            ("Criminal", 40),
            ("Unknown", 50),
            ("Witting Insider", 65),
            ("APT", 80),
            ("APT (Targeted)", 100),
        ],
    },
    Category {
        name: "information_impact",
        weight: 2,
        answers: &[
            ("No Impact", 0),
            ("Suspected But Not Identified", 10),
            ("Privacy Data Loss", 20),
            ("Proprietary Information Loss", 50),
            ("Destruction of Non-Critical System", 60),
            ("Critical Systems Data Breach", 70),
            ("Core Credential Compromise", 80),
            ("Destruction of Critical System", 100),
        ],
    },
    Category {
        name: "recoverability",
        weight: 4,
        answers: &[
            ("Regular", 20),
            ("Supplemented", 40),
            ("Extended", 60),
            ("Not Recoverable", 100),
        ],
    },
    Category {
        name: "cross_sector_dependency",
        weight: 3,
        answers: &[
            ("Agriculture and Food", 20),
            ("Banking and Finance", 35),
            ("Chemical", 20),
            ("Commercial Facilities", 30),
            ("Communications", 75),
            ("Critical Manufacturing", 50),
            ("Dams", 25),
            ("Defense Industrial Base", 35),
            ("Emergency Services", 25),
            ("Energy", 100),
            ("Government Facilities", 40),
            ("Healthcare and Public Health", 30),
            ("Information Technology", 80),
            ("Nuclear", 15),
            ("Transportation Systems", 75),
            ("Water", 60),
        ],
    },
    Category {
        name: "potential_impact",
        weight: 6,
        answers: &[
            ("Minimal", 0),
            ("Low", 25),
            ("Moderate", 50),
            ("High", 75),
            ("Severe", 100),
        ],
    },
];
