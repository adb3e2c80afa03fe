//! The crate from outside: routes over a backend in memory, the client against them.

#[cfg(test)]
mod client;
#[cfg(test)]
mod content;
#[cfg(test)]
mod exchanges;
#[cfg(test)]
mod filter;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod http;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod table;
#[cfg(test)]
mod walk;
