// Calls: as many as the outcome of a projected type lets tell.
use shapes::prelude::*;

trait Visitor {
    type Output;

    fn number(&mut self, n: i32) -> Self::Output;
    fn sum(&mut self, left: &Expression, right: &Expression) -> Self::Output;
}

enum Expression {
    Number(i32),
    Sum(Box<Self>, Box<Self>),
}

impl Expression {
    #[shape]
    fn accept<V: Visitor + ?Sized>(&self, visitor: &mut V) -> V::Output {
        match self {
            Self::Number(n) => visitor.number(*n),
            Self::Sum(left, right) => visitor.sum(left, right),
        }
    }
}

struct Evaluate;

impl Visitor for Evaluate {
    type Output = Result<i32, &'static str>;

    #[shape]
    fn number(&mut self, n: i32) -> Self::Output {
        Ok(n)
    }

    #[shape]
    fn sum(&mut self, left: &Expression, right: &Expression) -> Self::Output {
        left.accept(self)?.checked_add(right.accept(self)?).ok_or("overflow")
    }
}

pub(super) fn run() {
    let number = |n| Box::new(Expression::Number(n));
    show("sum", Expression::Sum(number(1), number(2)).accept(&mut Evaluate));
    let mut visitor: Box<dyn Visitor<Output = _>> = Box::new(Evaluate);
    show("overflow", Expression::Sum(number(1), number(i32::MAX)).accept(&mut *visitor));
}
