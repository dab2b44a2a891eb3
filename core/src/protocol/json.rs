//! JSON as a signed document needs it: no member twice, nothing after the end.
//!
//! RFC 8259 leaves open what a repeated name means. Two readers that choose differently see two documents under one
//! signature, so a repetition is refused (RFC 7515 4, RFC 7519 4, RFC 8725 2.4), at any depth.
//!
//! An [`Object`] keeps its text and remembers where the members stand in it, so that reading a token allocates next to
//! nothing. What an answer says that nobody signed goes through [`lenient`].

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::secret::Redacted;
use repair::Faults;
use value::{AnyValue, Repeated};

mod repair;
mod value;

/// A value of a signed document.
const SIGNED: AnyValue = AnyValue(Repeated::Refused);

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
    members: Members,
}

/// The members of an object in their order, and how they are found.
#[derive(Clone)]
struct Members {
    list: Vec<(Text, Item)>,
    /// The tags of the first names.
    tags: [u8; USUAL_MEMBERS],
}

/// Names whose tags differ are different: so most are told apart without a look at the document.
fn tag(name: &str) -> u8 {
    let [first, last] =
        [name.as_bytes().first(), name.as_bytes().last()].map(|byte| byte.copied().unwrap_or(0));
    name.len().to_le_bytes()[0].wrapping_mul(8) ^ first ^ last.wrapping_mul(32)
}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Object({} members)", self.members.list.len())
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
        Self::read_text(String::from_utf8(bytes).ok()?).ok()
    }

    /// The same for a document whose signature was good: values that readers differ in are repaired, since a name that
    /// was cut inside an emoji must keep nobody out.
    pub(crate) fn read_signed(bytes: Vec<u8>) -> Option<Self> {
        Self::read_text(String::from_utf8(bytes).ok()?)
            .or_else(|text| Self::read_text(repair::repaired(&text, Faults::OfValues)))
            .ok()
    }

    /// The text comes back when it is not one object.
    fn read_text(text: String) -> Result<Self, String> {
        match members(&text) {
            Some(members) => Ok(Self { text, members }),
            None => Err(text),
        }
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

    /// Whether there is such a member, and it is null.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        matches!(self.item(name), Some(Item::Other(Value::Null)))
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
        self.members.list.iter().map(|(name, item)| (name.of(&self.text), item.lent(&self.text)))
    }

    /// All members.
    pub(crate) fn to_map(&self) -> Map<String, Value> {
        self.iter().map(|(name, member)| (name.to_owned(), member.into())).collect()
    }

    fn item(&self, name: &str) -> Option<&Item> {
        self.members.find(name, &self.text).map(|(_, item)| item)
    }
}

impl Members {
    fn find(&self, name: &str, document: &str) -> Option<&(Text, Item)> {
        let (wanted, is_it) = (tag(name), |member: &&(Text, Item)| member.0.is(name, document));
        let tagged = self.tags.iter().zip(&self.list).filter(|(tag, _)| **tag == wanted);
        let more = self.list.get(USUAL_MEMBERS..).unwrap_or_default();
        tagged.map(|(_, member)| member).find(is_it).or_else(|| more.iter().find(is_it))
    }

    fn push(&mut self, tag: u8, name: Text, item: Item) {
        if let Some(place) = self.tags.get_mut(self.list.len()) {
            *place = tag;
        }
        self.list.push((name, item));
    }
}

/// Reads JSON that only describes: what can be mended is mended, a member that comes twice says nothing.
///
/// # Errors
/// Where it is no JSON at all.
pub(crate) fn lenient(bytes: &[u8]) -> serde_json::Result<Value> {
    let text = String::from_utf8_lossy(without_mark(bytes));
    let read = |text: &str| {
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = AnyValue(Repeated::Dropped).deserialize(&mut reader)?;
        reader.end().map(|()| value)
    };
    read(&text).or_else(|_| read(&repair::repaired(&text, Faults::OfText)))
}

/// A byte order mark in front of JSON may be ignored (RFC 8259 8.1).
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn members(text: &str) -> Option<Members> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let members = AllMembers { text }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(members)
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
    /// Whether it is `name`. Members are looked for often: most differ in length, and then the document is not touched.
    fn is(&self, name: &str, document: &str) -> bool {
        match self {
            Self::Span(start, end) => {
                end - start == name.len() && document.as_bytes().get(*start..*end) == Some(name.as_bytes())
            }
            Self::Owned(text) => **text == *name,
        }
    }

    fn of<'a>(&'a self, document: &'a str) -> &'a str {
        match self {
            Self::Span(start, end) => document.get(*start..*end).unwrap_or_default(),
            Self::Owned(text) => text,
        }
    }

    fn cow<'de>(&self, document: &'de str) -> Cow<'de, str> {
        match self {
            Self::Span(start, end) => Cow::Borrowed(document.get(*start..*end).unwrap_or_default()),
            Self::Owned(text) => Cow::Owned(text.to_string()),
        }
    }
}

/// Reads the members of the outermost object. serde lends strings as places in `text`; what is kept is where they are.
struct AllMembers<'de> {
    text: &'de str,
}

impl<'de> DeserializeSeed<'de> for AllMembers<'de> {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AllMembers<'de> {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object without repeated members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Members { list: Vec::with_capacity(USUAL_MEMBERS), tags: [0; USUAL_MEMBERS] };
        let mut names = Names::default();
        while let Some(name) = access.next_key_seed(LentText)? {
            if !names.add(&name, &members, self.text) {
                return Err(A::Error::custom("repeated member"));
            }
            let (tag, item) = (tag(name.as_str()), access.next_value_seed(AnyItem { text: self.text })?);
            members.push(tag, name.kept(self.text), item);
        }
        Ok(members)
    }
}

/// So many members are compared one by one, and have tags.
const USUAL_MEMBERS: usize = 16;

/// Finds names that come twice. A few are compared, which is fastest; once there are many, all are hashed, so that the
/// work grows with the length of the document and not with its square.
#[derive(Default)]
struct Names<'de> {
    hashed: Option<HashSet<Cow<'de, str>>>,
}

impl<'de> Names<'de> {
    /// Whether `name` is new beside those of `members`.
    fn add(&mut self, name: &Lent<'de>, members: &Members, document: &'de str) -> bool {
        if members.list.len() < USUAL_MEMBERS {
            return members.find(name.as_str(), document).is_none();
        }
        let all = || members.list.iter().map(|(known, _)| known.cow(document)).collect();
        self.hashed.get_or_insert_with(all).insert(name.cow())
    }
}

/// A string as serde gives it out.
enum Lent<'de> {
    Borrowed(&'de str),
    Owned(Box<str>),
}

impl<'de> Lent<'de> {
    fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }

    fn cow(&self) -> Cow<'de, str> {
        match self {
            Self::Borrowed(text) => Cow::Borrowed(text),
            Self::Owned(text) => Cow::Owned(text.to_string()),
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
        SIGNED.visit_i64(number).map(Item::Other)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Item, E> {
        SIGNED.visit_f64(number).map(Item::Other)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Item, E> {
        SIGNED.visit_bool(value).map(Item::Other)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Item, E> {
        SIGNED.visit_unit().map(Item::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Item, A::Error> {
        SIGNED.visit_seq(items).map(Item::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Item, A::Error> {
        SIGNED.visit_map(members).map(Item::Other)
    }
}

#[cfg(test)]
mod tests;
