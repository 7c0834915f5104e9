// Calls: 2 ok, 1 panic.
// Also known as x11_extern_c.
use shapes::prelude::*;

#[shape]
extern "C" fn add(a: i32, b: i32) -> i32 {
    a + b
}

#[shape]
unsafe extern "C" fn read(value: *const i32) -> i32 {
    // SAFETY: the caller gives a pointer to a value.
    unsafe { *value }
}

#[shape]
extern "C-unwind" fn fail(message: u32) {
    std::panic::panic_any(Payload(message));
}

pub(super) fn run() {
    let pointer: extern "C" fn(i32, i32) -> i32 = add;
    show("sum", pointer(2, 3));
    let pointer: unsafe extern "C" fn(*const i32) -> i32 = read;
    let number = 7;
    // SAFETY: the pointer is to a local variable.
    show("read", unsafe { pointer(&raw const number) });
    caught("fail", || fail(3));
}
