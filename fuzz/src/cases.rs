//! Writes tokens with the library's verdict on each, for `oracle.py`, which verifies them again in Python.
//!
//! `cases COUNT FOLDER`: the inputs of `verify` in the folder, followed by mutated ones, as JSON lines. The same inputs are
//! always mutated in the same way.

use std::io::Write as _;
use std::{env, fs, io};

use clever_sso_fuzz::verify::Case;
use clever_sso_fuzz::{EXPECTED, jwks};
use serde_json::{Value, json};

/// Members of headers and claims: those that decide, and some that only describe.
const NAMES: [&str; 20] = [
    "alg",
    "kid",
    "typ",
    "cty",
    "crit",
    "b64",
    "zip",
    "x5u",
    "iss",
    "sub",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "nonce",
    "at_hash",
    "email",
    "given_name",
    "district",
];

const VALUES: [&str; 40] = [
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "\"\"",
    "[]",
    "{}",
    "\"x\"",
    "\"RS256\"",
    "\"none\"",
    "\"HS256\"",
    "\"rs256\"",
    "\"JWT\"",
    "\"at+jwt\"",
    "\"application/jwt\"",
    "\"key-2024a\"",
    "\"https://clever.com\"",
    "\"https://clever.com/\"",
    "\"4c63c1cf623dce82caac\"",
    "[\"4c63c1cf623dce82caac\"]",
    "[\"4c63c1cf623dce82caac\",\"x\"]",
    "[[\"4c63c1cf623dce82caac\"]]",
    "1700000000",
    "1699999939",
    "1699999940",
    "1699999941",
    "1700000060",
    "1700000061",
    "1700000600.5",
    "1.7e9",
    "1e400",
    "18446744073709551616",
    "\"1700000000\"",
    "1700000000000",
    "\"n-0S6_WzA2Mj\"",
    "\"n-0S6_WzA2Mj \"",
    "\"\\ud83d\"",
    "\"Ada \\u00e9\"",
];

fn main() -> io::Result<()> {
    let arguments: Vec<_> = env::args().collect();
    let [_, count, folder] = &arguments[..] else { panic!("cases COUNT FOLDER") };
    let count: usize = count.parse().expect("a number of cases");
    let mut files: Vec<_> =
        fs::read_dir(folder)?.map(|file| file.map(|file| file.path())).collect::<Result<_, _>>()?;
    files.sort();
    let inputs: Vec<_> = files.iter().map(fs::read).collect::<Result<_, _>>()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (issuer, client_id, nonce, access_token, now) = EXPECTED;
    let expected = json!({
        "issuer": issuer, "client_id": client_id, "nonce": nonce, "access_token": access_token, "now": now,
        "jwks": serde_json::from_str::<Value>(jwks())?,
    });
    writeln!(out, "{expected}")?;
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let altered =
        (0..count).map(|_| altered(&inputs[numbers.below(inputs.len())], &mut numbers)).collect::<Vec<_>>();
    for input in inputs.iter().chain(&altered) {
        let Some(case) = Case::read(input) else { continue };
        let token = case.token();
        let verdict = case.verdict(&token);
        let code = verdict.as_ref().map_or_else(|error| error.code().as_str(), |_| "");
        let line = json!({
            "token": token, "accepted": verdict.is_ok(), "code": code, "leeway": case.leeway,
            "nonce": case.nonce.is_some(), "access_token": case.access_token.is_some(),
        });
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// The input with one to three changes.
fn altered(input: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = input.splitn(3, |byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..=numbers.below(3) {
        let which = 1 + numbers.below(2);
        let Some(line) = lines.get_mut(which) else { break };
        let value = VALUES[numbers.below(VALUES.len())];
        let name = NAMES[numbers.below(NAMES.len())];
        match numbers.below(6) {
            0 => insert(line, &format!("\"{name}\":{value},")),
            1 | 2 => replace(line, name, Some(value)),
            3 => replace(line, name, None),
            4 => {
                let at = numbers.below(line.len() + 1);
                line.insert(at, b" {}[]\",:\\\xff\t"[numbers.below(11)]);
            }
            _ => {
                let at = numbers.below(line.len().max(1));
                if at < line.len() {
                    line.remove(at);
                }
            }
        }
    }
    lines.join(&b'\n')
}

/// Inserts a member before the others.
fn insert(text: &mut Vec<u8>, member: &str) {
    if let Some(at) = text.iter().position(|byte| *byte == b'{') {
        drop(text.splice(at + 1..at + 1, member.bytes()));
    }
}

/// Changes the value of a member, or removes it.
fn replace(text: &mut Vec<u8>, name: &str, value: Option<&str>) {
    let Ok(Value::Object(mut object)) = serde_json::from_slice(text) else { return };
    object.remove(name);
    *text = Value::Object(object).to_string().into_bytes();
    if let Some(value) = value {
        let comma = if text.len() > 2 { "," } else { "" };
        insert(text, &format!("\"{name}\":{value}{comma}"));
    }
}

/// A pseudo-random number generator (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap_or(0)
    }
}
