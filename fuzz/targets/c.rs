#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| clever_sso_fuzz::c::check(data));
