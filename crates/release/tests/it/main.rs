//! The gate's tests: tables, goldens and properties.

mod editions;
mod hostile;
mod matrix;
mod non_interference;
mod scale;
mod stability;
mod terms;
mod world;
