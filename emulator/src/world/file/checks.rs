//! The rules for the values in the text of a world, and the line of a value that breaks one.

use std::collections::HashMap;

use toml::Spanned;

use crate::world::district::{District, School};
use crate::world::error::WorldError;
use crate::world::grade;
use crate::world::person::UserType;

/// A string with its position.
pub(super) type Text = Spanned<String>;

/// The text, to find lines in it.
pub(super) struct Lines<'a>(pub(super) &'a str);

impl Lines<'_> {
    /// Something is wrong with this value.
    pub(super) fn wrong<T>(&self, place: &Spanned<T>, reason: impl Into<String>) -> WorldError {
        WorldError::at(self.number(place.span().start), reason)
    }

    /// The line of this byte, counted from 1.
    pub(super) fn number(&self, byte: usize) -> usize {
        self.0.bytes().take(byte).filter(|byte| *byte == b'\n').count().saturating_add(1)
    }
}

/// Names that must be unique.
pub(super) struct Names<'a> {
    lines: &'a Lines<'a>,
    /// Each with its first byte in the text: its line is counted only for an error, because that reads the whole text.
    taken: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    /// None is taken yet.
    pub(super) fn new(lines: &'a Lines<'a>) -> Self {
        Self { lines, taken: HashMap::new() }
    }

    /// Takes this name.
    pub(super) fn take(&mut self, what: &str, name: &'a Text) -> Result<(), WorldError> {
        let (start, name) = (name.span().start, name.get_ref().as_str());
        if name.is_empty()
            || name.contains(|character: char| character.is_whitespace() || character.is_control())
        {
            let line = self.lines.number(start);
            return Err(WorldError::at(line, format!("the {what} {name:?} must be a word without spaces.")));
        }
        match self.taken.insert(name, start) {
            Some(first) => {
                let [line, first] = [start, first].map(|byte| self.lines.number(byte));
                let reason = format!("the {what} {name:?} is used twice; line {first} has it too.");
                Err(WorldError::at(line, reason))
            }
            None => Ok(()),
        }
    }
}

/// The kind of user with this word.
pub(super) fn user_type(lines: &Lines<'_>, word: &Text) -> Result<UserType, WorldError> {
    UserType::from_word(word.get_ref()).ok_or_else(|| {
        let known = UserType::ALL.map(UserType::as_str).join(", ");
        lines.wrong(word, format!("there is no role {:?}; the roles are {known}.", word.get_ref()))
    })
}

/// Does this id have Clever's form?
pub(super) fn check_id(lines: &Lines<'_>, id: &Text) -> Result<(), WorldError> {
    let digits = id.get_ref().bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if digits && id.get_ref().len() == 24 {
        return Ok(());
    }
    let reason =
        format!("the id {:?} does not have Clever's form: 24 of the digits 0 to 9 and a to f.", id.get_ref());
    Err(lines.wrong(id, reason))
}

/// Is there a district with this id?
pub(super) fn check_district(lines: &Lines<'_>, id: &Text, districts: &[District]) -> Result<(), WorldError> {
    if districts.iter().any(|district| district.id == *id.get_ref()) {
        return Ok(());
    }
    let known = districts.iter().map(|district| district.id.as_str()).collect::<Vec<_>>().join(", ");
    let reason = match known.as_str() {
        "" => format!("there is no district {:?}; this world has no [[district]].", id.get_ref()),
        known => format!("there is no district {:?}; the districts are {known}.", id.get_ref()),
    };
    Err(lines.wrong(id, reason))
}

/// Is there a school with this id, in the district of the person?
pub(super) fn check_school(
    lines: &Lines<'_>,
    id: &Text,
    district: Option<&Text>,
    schools: &[School],
) -> Result<(), WorldError> {
    let Some(school) = schools.iter().find(|school| school.id == *id.get_ref()) else {
        let reason = format!("there is no school {:?}; a [[school]] with this id is missing.", id.get_ref());
        return Err(lines.wrong(id, reason));
    };
    if district.is_some_and(|district| *district.get_ref() == school.district_id) {
        return Ok(());
    }
    let reason = format!(
        "the school {:?} belongs to the district {:?}, but this person does not.",
        id.get_ref(),
        school.district_id
    );
    Err(lines.wrong(id, reason))
}

/// Is this one of the allowed words?
pub(super) fn check_word(
    lines: &Lines<'_>,
    what: &str,
    word: Option<&Text>,
    known: &[&str],
) -> Result<(), WorldError> {
    match word {
        Some(word) if !known.contains(&word.get_ref().as_str()) => {
            let known = known.join(", ");
            Err(lines.wrong(word, format!("there is no {what} {:?}; use one of {known}.", word.get_ref())))
        }
        _ => Ok(()),
    }
}

/// Does a school have these grades, from the youngest to the oldest?
pub(super) fn check_grades(lines: &Lines<'_>, grades: &[Text; 2]) -> Result<(String, String), WorldError> {
    for word in grades {
        check_word(lines, "grade of a school", Some(word), grade::of_schools())?;
    }
    let [low, high] = grades;
    if grade::between(low.get_ref(), high.get_ref()).is_empty() {
        return Err(lines.wrong(low, "the first of the two grades must not be the later one."));
    }
    Ok((low.get_ref().clone(), high.get_ref().clone()))
}

/// Is this a day in Clever's form, `9/30/2010`?
pub(super) fn check_day(lines: &Lines<'_>, day: &Text) -> Result<(), WorldError> {
    let mut parts = day.get_ref().split('/');
    let mut part = |length: std::ops::RangeInclusive<usize>, values: std::ops::RangeInclusive<u16>| {
        let plain =
            |part: &&str| length.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        let number = parts.next().filter(plain).and_then(|part| part.parse().ok());
        number.is_some_and(|number| values.contains(&number))
    };
    if part(1..=2, 1..=12) && part(1..=2, 1..=31) && part(4..=4, 1900..=2100) && parts.next().is_none() {
        return Ok(());
    }
    Err(lines
        .wrong(day, format!("{:?} is not a day such as \"9/30/2010\": month, day and year.", day.get_ref())))
}
