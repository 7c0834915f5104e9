//! See `inputs::exposition`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::exposition::check(data));
