//! Tests of the emulator from outside: each starts its own emulator and sends HTTP requests to it.
#![expect(clippy::disallowed_methods, reason = "a test may")]

#[cfg(test)]
mod access;
#[cfg(test)]
mod additions;
#[cfg(test)]
mod api;
#[cfg(test)]
mod api_headers;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod choices;
#[cfg(test)]
mod confirmation;
#[cfg(test)]
mod connection;
#[cfg(test)]
mod control;
#[cfg(test)]
mod cross_origin;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod desk_buttons;
#[cfg(test)]
mod desk_live;
#[cfg(test)]
mod desk_logins;
#[cfg(test)]
mod differences;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod district_tokens;
#[cfg(test)]
mod endurance;
#[cfg(test)]
mod error_pages;
#[cfg(test)]
mod everyone;
#[cfg(test)]
mod exec_signals;
#[cfg(test)]
mod hosts;
#[cfg(test)]
mod http;
#[cfg(test)]
mod id_token;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod library;
mod library_for_tests;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod listen;
#[cfg(test)]
mod login;
#[cfg(test)]
mod newcomer;
#[cfg(test)]
#[cfg(test)]
mod older_versions;
#[cfg(test)]
#[cfg(unix)]
mod output;
mod pages;
#[cfg(test)]
mod patience;
#[cfg(test)]
mod picker;
#[cfg(test)]
mod portal;
#[cfg(test)]
mod process;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod reload;
#[cfg(test)]
mod robustness;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod scenarios_client;
#[cfg(test)]
mod scenarios_members;
#[cfg(test)]
mod scenarios_one_thing;
#[cfg(test)]
mod scenarios_page;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod support;
#[cfg(test)]
mod third_party;
#[cfg(test)]
mod tokeninfo;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod userinfo_form;
#[cfg(test)]
mod visitor;
#[cfg(test)]
mod world_file;
