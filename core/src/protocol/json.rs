//! JSON: strict about members that decide who a person is, tolerant about all others.
//!
//! A signed document must be JSON (RFC 8259) in UTF-8: one object with nothing after it. RFC 8259 does not define the meaning of
//! a repeated name, so two parsers could read two different documents with one signature. If a deciding member is repeated, the
//! document is refused (RFC 7515 4, RFC 7519 4, RFC 8725 2.4). If another member is repeated, it is ignored, at any depth.
//!
//! An [`Object`] keeps its text and the positions of its members, so reading a token allocates almost nothing. Unsigned responses
//! are read by [`lenient`].

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::secret::Redacted;
use repair::Faults;
use unreadable::Unreadable;
use value::AnyValue;

mod repair;
mod unreadable;
mod value;

/// The repeated members that were found while reading a document.
struct RepeatedMembers<'a> {
    /// The members that must not be repeated.
    deciding: &'a [&'static str],
    /// A deciding member that is repeated.
    one: Cell<Option<&'static str>>,
    /// Whether any member was removed, at any depth.
    any: Cell<bool>,
}

/// A borrowed member of a JSON object.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Member<'a> {
    /// A string.
    Text(&'a str),
    /// A non-negative whole number.
    Whole(u64),
    /// Any other value.
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

/// One JSON object of a signed document.
#[derive(Clone)]
pub(crate) struct Object {
    text: String,
    members: Members,
}

/// The members of an object, in their order.
#[derive(Clone)]
struct Members {
    list: Vec<(Text, Item)>,
    /// The tags of the first names, which speed up the search.
    tags: [u8; USUAL_MEMBERS],
}

/// Names with different tags are different, so most names can be told apart without reading the document.
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

/// A string of the document: its position in the text or, if it has escapes, a separate copy.
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
    /// Reads one JSON object.
    ///
    /// Members other than `deciding` never make it unreadable: half of a surrogate pair becomes U+FFFD, a number out of range or
    /// a value nested too deeply becomes null, and a repeated member is removed.
    pub(crate) fn read(bytes: Vec<u8>, deciding: &[&'static str]) -> Result<Self, Unreadable> {
        let text = String::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?;
        match Self::read_text(text, deciding) {
            Err((text, Unreadable::NotOneObject { .. })) => {
                Self::read_text(repair::repaired(&text, Faults::OfValues), deciding)
            }
            // Nearly all documents take this path, because they need no repair.
            result => result,
        }
        .map_err(|(_, why)| why)
    }

    /// On failure, returns the text and the reason.
    fn read_text(text: String, deciding: &[&'static str]) -> Result<Self, (String, Unreadable)> {
        let repeated = RepeatedMembers { deciding, one: Cell::default(), any: Cell::default() };
        match members(&text, &repeated) {
            Ok(members) if !repeated.any.get() => Ok(Self { text, members }),
            // The text must match the members, because other parsers get it.
            Ok(members) => Self::written(&Self { text, members }.to_map(), deciding),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let why = repeated
                    .one
                    .get()
                    .map_or(Unreadable::NotOneObject { line, column }, Unreadable::Repeated);
                Err((text, why))
            }
        }
    }

    #[cold]
    fn written(
        members: &Map<String, Value>,
        deciding: &[&'static str],
    ) -> Result<Self, (String, Unreadable)> {
        // Serializing a value that was parsed cannot fail.
        Self::read_text(serde_json::to_string(members).unwrap_or_default(), deciding)
    }

    /// A member that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.item(name)? {
            Item::Text(text) => Some(text.of(&self.text)),
            _ => None,
        }
    }

    /// A member that is a non-negative whole number.
    pub(crate) fn whole(&self, name: &str) -> Option<u64> {
        match self.item(name)? {
            Item::Whole(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether the object has this member, of any type.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.item(name).is_some()
    }

    /// Whether the object has this member, and it is null.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        matches!(self.item(name), Some(Item::Other(Value::Null)))
    }

    /// A member of any type, as an owned value.
    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        self.item(name).map(|item| item.lent(&self.text).into())
    }

    /// The text that the object was read from.
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

impl RepeatedMembers<'_> {
    /// Records a repeated member.
    ///
    /// # Errors
    /// When it is a deciding member.
    fn note(&self, name: &str) -> Result<(), &'static str> {
        self.any.set(true);
        self.one.set(self.deciding.iter().find(|deciding| **deciding == name).copied());
        if self.one.get().is_some() { Err("repeated member") } else { Ok(()) }
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

/// Reads JSON that decides nothing: it repairs what it can, and ignores repeated members.
///
/// # Errors
/// When it is not JSON at all.
pub(crate) fn lenient(bytes: &[u8]) -> serde_json::Result<Value> {
    let text = String::from_utf8_lossy(without_mark(bytes));
    let read = |text: &str| {
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = AnyValue::new(&Cell::default(), 0).deserialize(&mut reader)?;
        reader.end().map(|()| value)
    };
    read(&text).or_else(|_| read(&repair::repaired(&text, Faults::OfText)))
}

/// A byte order mark before JSON may be ignored (RFC 8259 8.1).
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The owned form of [`without_mark`].
pub(crate) fn without_mark_owned(mut bytes: Vec<u8>) -> Vec<u8> {
    let mark = bytes.len() - without_mark(&bytes).len();
    if mark > 0 {
        drop(bytes.drain(..mark));
    }
    bytes
}

fn members(text: &str, repeated: &RepeatedMembers<'_>) -> serde_json::Result<Members> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let members = AllMembers { text, repeated }.deserialize(&mut reader)?;
    reader.end().map(|()| members)
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
    /// Whether this string is `name`. Called often: most names differ in length, and then the document is not read.
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

/// Reads the members of the outermost object. serde borrows strings from `text`; only their positions are stored.
struct AllMembers<'a, 'de> {
    text: &'de str,
    repeated: &'a RepeatedMembers<'a>,
}

impl<'de> DeserializeSeed<'de> for AllMembers<'_, 'de> {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AllMembers<'_, 'de> {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Members { list: Vec::with_capacity(USUAL_MEMBERS), tags: [0; USUAL_MEMBERS] };
        let (mut names, mut repeated) = (Names::default(), None);
        while let Some(name) = access.next_key_seed(LentText)? {
            let is_new = names.add(&name, &members, self.text);
            if !is_new {
                self.repeated.note(name.as_str()).map_err(A::Error::custom)?;
            }
            let item = access.next_value_seed(AnyItem { text: self.text, repeated: &self.repeated.any })?;
            if is_new {
                members.push(tag(name.as_str()), name.kept(self.text), item);
            } else {
                repeated.get_or_insert_with(HashSet::new).insert(name.cow());
            }
        }
        if let Some(repeated) = repeated {
            members.list.retain(|(name, _)| !repeated.contains(&name.cow(self.text)));
        }
        Ok(members)
    }
}

/// Up to this number of members are compared one by one, and have tags.
const USUAL_MEMBERS: usize = 16;

/// Finds repeated names. A few names are compared with each other, which is fastest. Many names are hashed, so the work grows
/// with the length of the document and not with its square.
#[derive(Default)]
struct Names<'de> {
    hashed: Option<HashSet<Cow<'de, str>>>,
}

impl<'de> Names<'de> {
    /// Whether `name` is not yet in `members`.
    fn add(&mut self, name: &Lent<'de>, members: &Members, document: &'de str) -> bool {
        if members.list.len() < USUAL_MEMBERS {
            return members.find(name.as_str(), document).is_none();
        }
        let all = || members.list.iter().map(|(known, _)| known.cow(document)).collect();
        self.hashed.get_or_insert_with(all).insert(name.cow())
    }
}

/// A string from serde.
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

/// Reads the value of a member: strings and whole numbers directly, anything else as a [`Value`].
struct AnyItem<'a, 'de> {
    text: &'de str,
    repeated: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for AnyItem<'_, 'de> {
    type Value = Item;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Item, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyItem<'_, 'de> {
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
        AnyValue::new(self.repeated, 1).visit_i64(number).map(Item::Other)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Item, E> {
        AnyValue::new(self.repeated, 1).visit_f64(number).map(Item::Other)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Item, E> {
        AnyValue::new(self.repeated, 1).visit_bool(value).map(Item::Other)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Item, E> {
        AnyValue::new(self.repeated, 1).visit_unit().map(Item::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Item, A::Error> {
        AnyValue::new(self.repeated, 1).visit_seq(items).map(Item::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Item, A::Error> {
        AnyValue::new(self.repeated, 1).visit_map(members).map(Item::Other)
    }
}

#[cfg(test)]
mod tests;
