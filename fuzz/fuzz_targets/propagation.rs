//! See `inputs::propagation`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::propagation::check(data));
