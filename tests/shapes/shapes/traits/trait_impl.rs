// Calls: 6 ok, 1 error.
use shapes::prelude::*;

trait Shape {
    const SIDES: u32;
    type Area: std::fmt::Debug;

    fn area(&self) -> Self::Area;
    fn checked(&self, limit: u32) -> Result<Self::Area, Self>
    where
        Self: Sized;
    fn name() -> &'static str;
}

#[derive(Clone, Debug)]
struct Square(u32);

impl Shape for Square {
    const SIDES: u32 = 4;
    type Area = u32;

    #[shape]
    fn area(&self) -> Self::Area {
        self.0 * self.0
    }

    #[shape]
    fn checked(&self, limit: u32) -> Result<Self::Area, Self> {
        if self.area() > limit {
            return Err(self.clone());
        }
        Ok(self.area() + Self::SIDES)
    }

    #[shape]
    fn name() -> &'static str {
        "square"
    }
}

pub(super) fn run() {
    show("area", Square(3).area());
    show("checked", Square(3).checked(9));
    show("checked", Square(3).checked(8));
    show("name", Square::name());
}
