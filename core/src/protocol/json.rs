//! JSON as a signed document needs it: no member twice, nothing after the end.
//!
//! RFC 8259 leaves open what a repeated name means. Two readers that choose differently see two documents under one
//! signature, so a repetition is refused (RFC 7515 4, RFC 7519 4, RFC 8725 2.4), at any depth.
//!
//! An [`Object`] keeps its text and remembers where the members stand in it, so that reading a token allocates next to
//! nothing.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::secret::Redacted;

/// A member of a JSON object, lent.
#[derive(Clone, Copy)]
pub enum Member<'a> {
    /// A string.
    Text(&'a str),
    /// A whole number, not negative.
    Whole(u64),
    /// Anything else.
    Other(&'a Value),
}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Member").field(&Redacted).finish()
    }
}

impl From<Member<'_>> for Value {
    fn from(member: Member<'_>) -> Self {
        match member {
            Member::Text(text) => Self::String(text.to_owned()),
            Member::Whole(number) => Self::Number(number.into()),
            Member::Other(value) => value.clone(),
        }
    }
}

/// One JSON object, read strictly.
#[derive(Clone)]
pub(crate) struct Object {
    text: String,
    members: Vec<(Text, Item)>,
}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Object({} members)", self.members.len())
    }
}

/// A string of the document: a place in its text or, when it was written with escapes, its own copy.
#[derive(Clone)]
enum Text {
    Span(usize, usize),
    Owned(Box<str>),
}

#[derive(Clone)]
enum Item {
    Text(Text),
    Whole(u64),
    Other(Value),
}

impl Object {
    /// Reads one JSON object; `None` for anything else.
    pub(crate) fn read(bytes: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        let members = Members { text: &text }.deserialize(&mut reader).ok()?;
        reader.end().ok()?;
        Some(Self { text, members })
    }

    /// A member that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.item(name)? {
            Item::Text(text) => Some(text.of(&self.text)),
            _ => None,
        }
    }

    /// A member that is a whole number, not negative.
    pub(crate) fn whole(&self, name: &str) -> Option<u64> {
        match self.item(name)? {
            Item::Whole(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether there is such a member, whatever it is.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.item(name).is_some()
    }

    /// A member, whatever it is, as a value of its own.
    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        self.item(name).map(|item| item.lent(&self.text).into())
    }

    /// The text it was read from.
    pub(crate) fn as_text(&self) -> &str {
        &self.text
    }

    /// All members, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Member<'_>)> {
        self.members.iter().map(|(name, item)| (name.of(&self.text), item.lent(&self.text)))
    }

    /// All members.
    pub(crate) fn to_map(&self) -> Map<String, Value> {
        self.iter().map(|(name, member)| (name.to_owned(), member.into())).collect()
    }

    fn item(&self, name: &str) -> Option<&Item> {
        self.members.iter().find(|(known, _)| known.is(name, &self.text)).map(|(_, item)| item)
    }
}

impl Item {
    fn lent<'a>(&'a self, document: &'a str) -> Member<'a> {
        match self {
            Self::Text(text) => Member::Text(text.of(document)),
            Self::Whole(number) => Member::Whole(*number),
            Self::Other(value) => Member::Other(value),
        }
    }
}

impl Text {
    /// Whether it is `name`. Compared as bytes: members are looked for often, and no boundary of letters matters here.
    fn is(&self, name: &str, document: &str) -> bool {
        match self {
            Self::Span(start, end) => document.as_bytes().get(*start..*end) == Some(name.as_bytes()),
            Self::Owned(text) => **text == *name,
        }
    }

    fn of<'a>(&'a self, document: &'a str) -> &'a str {
        match self {
            Self::Span(start, end) => document.get(*start..*end).unwrap_or_default(),
            Self::Owned(text) => text,
        }
    }
}

/// Reads the members of the outermost object. serde lends strings as places in `text`; what is kept is where they are.
struct Members<'de> {
    text: &'de str,
}

impl<'de> DeserializeSeed<'de> for Members<'de> {
    type Value = Vec<(Text, Item)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'de> {
    type Value = Vec<(Text, Item)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object without repeated members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        const USUAL_MEMBERS: usize = 16;
        let mut members: Vec<(Text, Item)> = Vec::with_capacity(USUAL_MEMBERS);
        while let Some(name) = access.next_key_seed(LentText)? {
            if members.iter().any(|(known, _)| known.is(name.as_str(), self.text)) {
                return Err(A::Error::custom("repeated member"));
            }
            let item = access.next_value_seed(AnyItem { text: self.text })?;
            members.push((name.kept(self.text), item));
        }
        Ok(members)
    }
}

/// A string as serde gives it out.
enum Lent<'de> {
    Borrowed(&'de str),
    Owned(Box<str>),
}

impl Lent<'_> {
    fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }

    fn kept(self, document: &str) -> Text {
        match self {
            Self::Borrowed(text) => {
                let start = text.as_ptr().addr() - document.as_ptr().addr();
                Text::Span(start, start + text.len())
            }
            Self::Owned(text) => Text::Owned(text),
        }
    }
}

struct LentText;

impl<'de> DeserializeSeed<'de> for LentText {
    type Value = Lent<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Lent<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for LentText {
    type Value = Lent<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Lent<'de>, E> {
        Ok(Lent::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Lent<'de>, E> {
        Ok(Lent::Owned(text.into()))
    }
}

/// Reads the value of a member: strings and whole numbers as such, anything else as a [`Value`].
struct AnyItem<'de> {
    text: &'de str,
}

impl<'de> DeserializeSeed<'de> for AnyItem<'de> {
    type Value = Item;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Item, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyItem<'de> {
    type Value = Item;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Item, E> {
        Ok(Item::Text(Lent::Borrowed(text).kept(self.text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Item, E> {
        Ok(Item::Text(Text::Owned(text.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Item, E> {
        Ok(Item::Whole(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Item, E> {
        Strict.visit_i64(number).map(Item::Other)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Item, E> {
        Strict.visit_f64(number).map(Item::Other)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Item, E> {
        Strict.visit_bool(value).map(Item::Other)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Item, E> {
        Strict.visit_unit().map(Item::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Item, A::Error> {
        Strict.visit_seq(items).map(Item::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Item, A::Error> {
        Strict.visit_map(members).map(Item::Other)
    }
}

/// Reads a value into memory of its own, strictly at every depth.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON without repeated members")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Self)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("repeated member"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Object> {
        Object::read(text.as_bytes().to_vec())
    }

    #[test]
    fn an_object_is_read_whole() {
        let text = r#" {"a":[1,-2,0.5,null,true,"\u00e9"],"b":{"c":{}},"d":"é","\u0065":"\n","f":7,"g":-7,"h":null} "#;
        let object = read(text).unwrap();
        assert_eq!(Value::Object(object.to_map()), serde_json::from_str::<Value>(text).unwrap());
        assert_eq!((object.text("d"), object.text("e"), object.text("f")), (Some("é"), Some("\n"), None));
        assert_eq!((object.whole("f"), object.whole("g"), object.whole("d")), (Some(7), None, None));
        assert!(object.has("h") && !object.has("i"));
    }

    #[test]
    fn repeated_members_are_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"\u0061":1,"a":2}"#,
            r#"{"b":{"a":1,"\u0061":2}}"#,
            r#"{"b":[{"a":1,"a":2}]}"#,
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_object_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "\"{}\"",
            "{}{}",
            "{} x",
            "{\"a\":1,}",
            "\u{feff}{}",
            "{\"a\":1e999}",
            "{'a':1}",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(Object::read(vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}']).is_none());
        assert!(read(&"[".repeat(100_000)).is_none());
        assert!(read(&format!("{{\"a\":{}", "[".repeat(100_000))).is_none());
    }
}
