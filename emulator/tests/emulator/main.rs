//! The emulator from outside: every test starts one of its own and speaks HTTP to it over a socket.

#[cfg(test)]
mod access;
#[cfg(test)]
mod api;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod connection;
#[cfg(test)]
mod control;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod endurance;
#[cfg(test)]
mod everybody;
#[cfg(test)]
mod http;
#[cfg(test)]
mod id_token;
#[cfg(test)]
mod library;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod listen;
#[cfg(test)]
mod login;
#[cfg(test)]
mod process;
#[cfg(test)]
mod reload;
#[cfg(test)]
mod robustness;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod scenarios_client;
#[cfg(test)]
mod scenarios_page;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tokeninfo;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod visitor;
#[cfg(test)]
mod world_file;
