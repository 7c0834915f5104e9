//! What can be the value of a span's attribute.

use std::borrow::Cow;
use std::fmt::{self, Write};

use opentelemetry::{Array, StringValue, Value};

/// A type whose values can be attributes of a span.
///
/// Numbers stay numbers and arrays stay arrays. A `None` leaves the attribute out. An integer beyond the 64 bits of
/// OpenTelemetry's integers becomes a text, as the specification's "Attribute Type Mapping" says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an attribute of a span",
    label = "not an attribute value",
    note = "attributes are booleans, numbers, texts, and arrays and options of them; \
            for any type with a text, write `format_args!(\"{{}}\", value)`"
)]
pub trait SpanValue {
    /// The value as OpenTelemetry's, or `None` if the attribute is to be left out.
    fn to_value(&self) -> Option<Value>;

    /// As [`SpanValue::to_value`], without a copy where that is possible.
    fn into_value(self) -> Option<Value>
    where
        Self: Sized,
    {
        self.to_value()
    }

    /// As [`SpanValue::to_value`], where texts are cut to a number of characters anyway: what is beyond is not copied.
    fn to_value_within(&self, characters: usize) -> Option<Value> {
        let _ = characters;
        self.to_value()
    }

    /// The value, if it is one that is merely copied.
    #[doc(hidden)]
    #[inline]
    fn scalar(&self) -> Option<Scalar> {
        None
    }
}

/// A value that owns nothing and that no limit cuts.
#[derive(Clone, Copy, Debug)]
pub enum Scalar {
    /// A boolean.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// A number.
    F64(f64),
    /// A text that is a constant. By a reference, so that the others are not larger for it.
    Text(&'static &'static str),
}

impl From<Scalar> for Value {
    #[inline]
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::I64(value) => Self::I64(value),
            Scalar::F64(value) => Self::F64(value),
            Scalar::Text(text) => Self::String((*text).into()),
        }
    }
}

/// The value as a span with this limit of characters keeps it.
pub(super) fn capture<V: SpanValue>(value: V, characters: Option<usize>) -> Option<Value> {
    match characters {
        None => value.into_value(),
        Some(characters) => value.to_value_within(characters),
    }
}

/// The start of a text, of at most so many characters.
fn start_of(text: &str, characters: usize) -> &str {
    // A text has at least as many bytes as characters: most need not be looked into.
    if text.len() <= characters {
        return text;
    }
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// A type that can be the element of an array attribute.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in an array attribute of a span",
    label = "not an item of an array attribute",
    note = "the items are booleans, numbers or texts, all of one type; an array has no arrays and no `Option`s in it"
)]
pub trait SpanArrayItem: Sized {
    /// The items as one array.
    fn array(items: &[Self]) -> Array;

    /// As [`SpanArrayItem::array`], with texts of at most so many characters.
    fn array_within(items: &[Self], characters: usize) -> Array {
        let _ = characters;
        Self::array(items)
    }
}

macro_rules! number {
    ($variant:ident($target:ty): $($source:ty)*) => { $(
        impl SpanValue for $source {
            fn to_value(&self) -> Option<Value> {
                Some(Value::$variant(<$target>::from(*self)))
            }

            #[inline]
            fn scalar(&self) -> Option<Scalar> {
                Some(Scalar::$variant(<$target>::from(*self)))
            }
        }

        impl SpanArrayItem for $source {
            fn array(items: &[Self]) -> Array {
                Array::$variant(items.iter().map(|item| <$target>::from(*item)).collect())
            }
        }
    )* };
}

number!(Bool(bool): bool);
number!(I64(i64): i8 i16 i32 i64 u8 u16 u32);
number!(F64(f64): f32 f64);

macro_rules! wide_integer {
    ($($source:ty)*) => { $(
        impl SpanValue for $source {
            fn to_value(&self) -> Option<Value> {
                Some(match i64::try_from(*self) {
                    Ok(value) => Value::I64(value),
                    Err(_) => Value::String(self.to_string().into()),
                })
            }

            #[inline]
            fn scalar(&self) -> Option<Scalar> {
                i64::try_from(*self).ok().map(Scalar::I64)
            }
        }

        impl SpanArrayItem for $source {
            fn array(items: &[Self]) -> Array {
                match items.iter().map(|item| i64::try_from(*item)).collect() {
                    Ok(items) => Array::I64(items),
                    // The elements of an array have one type.
                    Err(_) => Array::String(items.iter().map(|item| item.to_string().into()).collect()),
                }
            }
        }
    )* };
}

wide_integer!(u64 usize isize i128 u128);

impl SpanValue for str {
    fn to_value(&self) -> Option<Value> {
        Some(Value::String(self.to_owned().into()))
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        start_of(self, characters).to_value()
    }
}

impl SpanValue for char {
    fn to_value(&self) -> Option<Value> {
        Some(Value::String(self.to_string().into()))
    }
}

impl SpanValue for fmt::Arguments<'_> {
    fn to_value(&self) -> Option<Value> {
        self.to_value_within(usize::MAX)
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        let mut writer = Within { text: String::new(), room: characters };
        // An error is that the text is full, or that a `Display` of the user's has failed: what there is counts.
        let _ = writer.write_fmt(*self);
        Some(Value::String(writer.text.into()))
    }
}

/// A text with room for so many characters more. Writing stops where it is full.
struct Within {
    text: String,
    room: usize,
}

impl fmt::Write for Within {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let part_within = start_of(part, self.room);
        self.text.push_str(part_within);
        if part_within.len() < part.len() {
            self.room = 0;
            return Err(fmt::Error);
        }
        self.room -= part.chars().count();
        Ok(())
    }
}

impl SpanValue for String {
    fn to_value(&self) -> Option<Value> {
        self.as_str().to_value()
    }

    fn into_value(self) -> Option<Value> {
        Some(Value::String(self.into()))
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_str().to_value_within(characters)
    }
}

impl SpanValue for Cow<'_, str> {
    fn to_value(&self) -> Option<Value> {
        self.as_ref().to_value()
    }

    fn into_value(self) -> Option<Value> {
        self.into_owned().into_value()
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_ref().to_value_within(characters)
    }
}

impl SpanArrayItem for String {
    fn array(items: &[Self]) -> Array {
        Array::String(items.iter().map(|item| StringValue::from(item.clone())).collect())
    }

    fn array_within(items: &[Self], characters: usize) -> Array {
        array_of_texts(items, characters)
    }
}

impl SpanArrayItem for &str {
    fn array(items: &[Self]) -> Array {
        Array::String(items.iter().map(|item| StringValue::from((*item).to_owned())).collect())
    }

    fn array_within(items: &[Self], characters: usize) -> Array {
        array_of_texts(items, characters)
    }
}

fn array_of_texts(items: &[impl AsRef<str>], characters: usize) -> Array {
    let cut = |item| start_of(AsRef::as_ref(item), characters).to_owned();
    Array::String(items.iter().map(|item| StringValue::from(cut(item))).collect())
}

impl SpanValue for Value {
    fn to_value(&self) -> Option<Value> {
        Some(self.clone())
    }

    fn into_value(self) -> Option<Value> {
        Some(self)
    }
}

impl<T: SpanValue> SpanValue for Option<T> {
    fn to_value(&self) -> Option<Value> {
        self.as_ref().and_then(SpanValue::to_value)
    }

    fn into_value(self) -> Option<Value> {
        self.and_then(SpanValue::into_value)
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_ref().and_then(|value| value.to_value_within(characters))
    }

    #[inline]
    fn scalar(&self) -> Option<Scalar> {
        self.as_ref().and_then(SpanValue::scalar)
    }
}

impl<T: SpanArrayItem> SpanValue for [T] {
    fn to_value(&self) -> Option<Value> {
        Some(Value::Array(T::array(self)))
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        Some(Value::Array(T::array_within(self, characters)))
    }
}

impl<T: SpanArrayItem, const N: usize> SpanValue for [T; N] {
    fn to_value(&self) -> Option<Value> {
        self.as_slice().to_value()
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_slice().to_value_within(characters)
    }
}

impl<T: SpanArrayItem> SpanValue for Vec<T> {
    fn to_value(&self) -> Option<Value> {
        self.as_slice().to_value()
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_slice().to_value_within(characters)
    }
}

macro_rules! array_of_pointers_to_texts {
    ($($text:ty)*) => { $(
        impl SpanArrayItem for $text {
            fn array(items: &[Self]) -> Array {
                array_of_texts(items, usize::MAX)
            }

            fn array_within(items: &[Self], characters: usize) -> Array {
                array_of_texts(items, characters)
            }
        }
    )* };
}

array_of_pointers_to_texts!(&String Cow<'_, str> Box<str> std::sync::Arc<str>);

macro_rules! pointer {
    ($($pointer:ty)*) => { $(
        impl<T: SpanValue + ?Sized> SpanValue for $pointer {
            fn to_value(&self) -> Option<Value> {
                (**self).to_value()
            }

            fn to_value_within(&self, characters: usize) -> Option<Value> {
                (**self).to_value_within(characters)
            }

            #[inline]
            fn scalar(&self) -> Option<Scalar> {
                (**self).scalar()
            }
        }
    )* };
}

pointer!(&T &mut T Box<T> std::rc::Rc<T> std::sync::Arc<T>);
