//! See `inputs::naming`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::naming::check(data));
