//! Japan's fifteen critical-infrastructure sectors and the sector vocabulary of STIX.

use std::fmt;

/// A critical-infrastructure sector of Japan's cybersecurity policy (fifteen since ports were added on 2024-03-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sector {
    /// Information and communications.
    InformationCommunications,
    /// Finance.
    Finance,
    /// Aviation.
    Aviation,
    /// Airports.
    Airports,
    /// Railways.
    Railways,
    /// Electric power.
    ElectricPower,
    /// Gas.
    Gas,
    /// Government and administrative services.
    Government,
    /// Medical.
    Medical,
    /// Water.
    Water,
    /// Logistics.
    Logistics,
    /// Chemical.
    Chemical,
    /// Credit.
    Credit,
    /// Petroleum.
    Petroleum,
    /// Ports.
    Ports,
}

impl Sector {
    /// All, in the order of the policy.
    pub const ALL: [Self; 15] = [
        Self::InformationCommunications,
        Self::Finance,
        Self::Aviation,
        Self::Airports,
        Self::Railways,
        Self::ElectricPower,
        Self::Gas,
        Self::Government,
        Self::Medical,
        Self::Water,
        Self::Logistics,
        Self::Chemical,
        Self::Credit,
        Self::Petroleum,
        Self::Ports,
    ];

    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::InformationCommunications => "information-communications",
            Self::Finance => "finance",
            Self::Aviation => "aviation",
            Self::Airports => "airports",
            Self::Railways => "railways",
            Self::ElectricPower => "electric-power",
            Self::Gas => "gas",
            Self::Government => "government",
            Self::Medical => "medical",
            Self::Water => "water",
            Self::Logistics => "logistics",
            Self::Chemical => "chemical",
            Self::Credit => "credit",
            Self::Petroleum => "petroleum",
            Self::Ports => "ports",
        }
    }

    /// The name in English.
    pub fn english(self) -> &'static str {
        match self {
            Self::InformationCommunications => "Information and communications",
            Self::Finance => "Finance",
            Self::Aviation => "Aviation",
            Self::Airports => "Airports",
            Self::Railways => "Railways",
            Self::ElectricPower => "Electric power",
            Self::Gas => "Gas",
            Self::Government => "Government and administrative services",
            Self::Medical => "Medical",
            Self::Water => "Water",
            Self::Logistics => "Logistics",
            Self::Chemical => "Chemical",
            Self::Credit => "Credit",
            Self::Petroleum => "Petroleum",
            Self::Ports => "Ports",
        }
    }

    /// The name in Japanese.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::InformationCommunications => "情報通信",
            Self::Finance => "金融",
            Self::Aviation => "航空",
            Self::Airports => "空港",
            Self::Railways => "鉄道",
            Self::ElectricPower => "電力",
            Self::Gas => "ガス",
            Self::Government => "政府・行政サービス",
            Self::Medical => "医療",
            Self::Water => "水道",
            Self::Logistics => "物流",
            Self::Chemical => "化学",
            Self::Credit => "クレジット",
            Self::Petroleum => "石油",
            Self::Ports => "港湾",
        }
    }

    /// The nearest value of `industry-sector-ov` (STIX 2.1 §10.9).
    pub fn industry_sector(self) -> &'static str {
        match self {
            Self::InformationCommunications => "telecommunications",
            Self::Finance | Self::Credit => "financial-services",

            Self::Airports | Self::Aviation | Self::Railways | Self::Logistics | Self::Ports => {
                "transportation"
            }
            Self::ElectricPower | Self::Gas | Self::Petroleum => "energy",
            Self::Government => "government",
            Self::Medical => "healthcare",
            Self::Water => "water",
            Self::Chemical => "chemical",
        }
    }

    /// Reads a machine name, a name in either language, or a value of `industry-sector-ov` that only one sector has.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let exact = Self::ALL.into_iter().find(|sector| {
            sector.name() == text
                || sector.japanese() == text
                || sector.english().eq_ignore_ascii_case(text)
        });
        exact.or_else(|| {
            let mut same = Self::ALL
                .into_iter()
                .filter(|sector| sector.industry_sector() == text);
            same.next().filter(|_| same.next().is_none())
        })
    }
}

impl fmt::Display for Sector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
