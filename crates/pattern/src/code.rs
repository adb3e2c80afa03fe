//! The codes of the diagnostics about patterns.
//!
//! A code is never reused for something else; the constant is the one place where it is written.

/// The pattern is longer than [`crate::token::PATTERN_BYTES`].
pub const TOO_LONG: &str = "PATTERN-LIMIT-01";
/// Parentheses are nested deeper than [`crate::parse::NESTING_DEPTH`].
pub const TOO_DEEP: &str = "PATTERN-LIMIT-02";
/// The pattern has more parts than [`crate::parse::NODES`].
pub const TOO_MANY_NODES: &str = "PATTERN-LIMIT-03";

/// The pattern is not UTF-8.
pub const NOT_UTF8: &str = "PATTERN-TEXT-01";
/// A character that begins nothing in a pattern.
pub const STRAY_CHARACTER: &str = "PATTERN-TEXT-02";
/// A string or another constant in apostrophes has no end.
pub const UNTERMINATED_STRING: &str = "PATTERN-TEXT-03";
/// A backslash before something other than an apostrophe or a backslash.
pub const UNKNOWN_ESCAPE: &str = "PATTERN-TEXT-04";
/// A `/*` without its `*/`.
pub const UNTERMINATED_COMMENT: &str = "PATTERN-TEXT-05";
/// A comment: common tools read it, the standard does not know it.
pub const COMMENT: &str = "PATTERN-TEXT-06";

/// An integer that is written wrongly or is out of range.
pub const INTEGER: &str = "PATTERN-CONSTANT-01";
/// A floating-point number that is written wrongly or is out of range.
pub const FLOAT: &str = "PATTERN-CONSTANT-02";
/// `h'…'` does not hold pairs of hexadecimal digits.
pub const HEX: &str = "PATTERN-CONSTANT-03";
/// `b'…'` does not hold base64.
pub const BINARY: &str = "PATTERN-CONSTANT-04";
/// `t'…'` does not hold a timestamp.
pub const TIMESTAMP: &str = "PATTERN-CONSTANT-05";
/// The constant cannot be a digest of the algorithm named in the path.
pub const HASH: &str = "PATTERN-CONSTANT-06";
/// The right side of ISSUBSET or ISSUPERSET is no IP address or network.
pub const NETWORK: &str = "PATTERN-CONSTANT-07";
/// The constants of a set have different types.
pub const MIXED_SET: &str = "PATTERN-CONSTANT-08";

/// Something else was expected here.
pub const EXPECTED: &str = "PATTERN-SYNTAX-01";
/// A property name that must stand in apostrophes.
pub const UNQUOTED_NAME: &str = "PATTERN-SYNTAX-02";
/// `==` or `<>`: common tools read them, the standard has `=` and `!=`.
pub const OPERATOR_ALIAS: &str = "PATTERN-SYNTAX-03";
/// The operator does not take a constant of this type.
pub const WRONG_CONSTANT: &str = "PATTERN-SYNTAX-04";

/// AND joins comparisons that no single object can satisfy.
pub const UNSATISFIABLE_AND: &str = "PATTERN-RULE-01";
/// An observation expression has two qualifiers of one type.
pub const DUPLICATE_QUALIFIER: &str = "PATTERN-RULE-02";
/// The number of a qualifier is not positive.
pub const NOT_POSITIVE: &str = "PATTERN-RULE-03";
/// STOP is not later than START, so nothing can match.
pub const EMPTY_WINDOW: &str = "PATTERN-RULE-04";

/// No object of this type is known: a custom one (a note), or a misspelt one (a warning); §9.7.
pub const UNKNOWN_OBJECT_TYPE: &str = "PATTERN-PATH-01";
/// Objects of this type have no such property; §9.7.
pub const UNKNOWN_PROPERTY: &str = "PATTERN-PATH-02";
/// A custom property, of which nothing is known; §11.1.
pub const CUSTOM_PROPERTY: &str = "PATTERN-PATH-03";
/// `[*]` or `[n]` behind what is no list; §9.7.2.
pub const NOT_A_LIST: &str = "PATTERN-PATH-04";
/// A name behind a list, where a place in it must be; §9.7.2.
pub const LIST_WITHOUT_PLACE: &str = "PATTERN-PATH-05";
/// A name behind what has no parts; §9.7.
pub const NAME_BELOW_SCALAR: &str = "PATTERN-PATH-06";
/// The object type exists, but patterns look at cyber-observable objects only; §9.7.
pub const NOT_OBSERVABLE: &str = "PATTERN-PATH-07";
/// An extension that the standard does not define for this object; §3.2.
pub const UNKNOWN_EXTENSION: &str = "PATTERN-PATH-08";
/// Not a usual name of a hash algorithm; §10.7.
pub const UNKNOWN_HASH: &str = "PATTERN-PATH-09";

/// The property never has a value of the type of the constant; §9.6.1, by the table of §9.2.
pub const INCOMPARABLE: &str = "PATTERN-TYPE-01";
/// The operator does not go with the type of the property; §9.6.1.
pub const OPERATOR_TYPE: &str = "PATTERN-TYPE-02";
/// No value of the property can satisfy the comparison.
pub const IMPOSSIBLE_VALUE: &str = "PATTERN-TYPE-03";
/// Not a term of the vocabulary of the property; §10.
pub const UNKNOWN_TERM: &str = "PATTERN-TYPE-04";
/// A string is compared with bytes, character by character, where its digits were likely meant; §9.6.4.
pub const STRING_FOR_BYTES: &str = "PATTERN-TYPE-05";
