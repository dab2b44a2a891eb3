#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| clever_sso_fuzz::http::check(data));
