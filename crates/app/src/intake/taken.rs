//! What became of objects that came in.

/// What became of objects that came in from somewhere else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Those that are held now.
    pub stored: Vec<TakenObject>,
    /// Those that were held before.
    pub held: Vec<TakenObject>,
    /// Those that wait in quarantine for a person of the house.
    pub pending: Vec<TakenObject>,
    /// Those that are not taken in because too many of their source wait: another time they may be.
    pub full: Vec<TakenObject>,
    /// Those that are not taken in, whenever they come.
    pub refused: Vec<TakenObject>,
}

/// One object that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenObject {
    /// Its identifier as far as it could be read.
    pub id: String,
    /// Its version as far as it could be read; empty for what has none.
    pub version: String,
    /// Why it waits or was refused.
    pub reason: Option<String>,
}
