//! The environment variables that steer the tests, read in this one place.

/// The value of `name`, none where it is not set or empty.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are steered by NOROSHI_SHARED, NOROSHI_SKIP_LOG, UPDATE_EXPECT and the like"
)]
pub fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
