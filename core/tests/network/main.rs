//! The network part with misbehaving servers. The name of each test is the rule that it checks.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test may")]

#[cfg(target_os = "linux")]
mod broken_pipes;
mod clever;
mod cold;
mod deadlines;
mod exchange;
mod key_sets;
#[cfg(target_os = "linux")]
mod leftovers;
mod lifetime;
mod logs;
mod odd_responses;
mod own_process;
mod proxies;
mod redirects;
mod retries;
mod retry_after;
mod runtimes;
mod server;
mod sharing;
mod signer;
mod stats;
mod stopped_clock;
mod tls;
