//! A role in the text of a world.

use serde::Deserialize;

use super::checks::{Lines, Text, check_day, check_id, check_word, user_type};
use crate::world::error::WorldError;
use crate::world::grade;
use crate::world::person::{Role, UserType};

/// One of a person's `roles`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleTable {
    user_type: Text,
    legacy_id: Option<Text>,
    #[serde(default)]
    schools: Vec<Text>,
    title: Option<Text>,
    grade: Option<Text>,
    dob: Option<Text>,
    gender: Option<Text>,
}

impl RoleTable {
    pub(super) fn user_type(&self) -> &Text {
        &self.user_type
    }

    pub(super) fn schools(&self) -> &[Text] {
        &self.schools
    }

    /// The role, checked except for its schools. Without a legacy id, it gets the person's id.
    pub(super) fn role(&self, lines: &Lines<'_>, person_id: &Text) -> Result<Role, WorldError> {
        let user_type = user_type(lines, &self.user_type)?;
        let legacy_id = self.legacy_id.as_ref().unwrap_or(person_id);
        check_id(lines, legacy_id)?;
        self.check_owners(lines, user_type)?;
        check_word(lines, "grade", self.grade.as_ref(), &grade::all())?;
        check_word(lines, "gender", self.gender.as_ref(), &["M", "F", "X"])?;
        self.dob.as_ref().map_or(Ok(()), |day| check_day(lines, day))?;
        Ok(Role {
            user_type,
            legacy_id: legacy_id.get_ref().clone(),
            schools: self.schools.iter().map(owned).collect(),
            title: self.title.as_ref().map(owned),
            grade: self.grade.as_ref().map(owned),
            dob: self.dob.as_ref().map(owned),
            gender: self.gender.as_ref().map(owned),
        })
    }

    /// A member that the role does not have at Clever would be silently ignored.
    fn check_owners(&self, lines: &Lines<'_>, user_type: UserType) -> Result<(), WorldError> {
        let of_students = [("grade", &self.grade), ("dob", &self.dob), ("gender", &self.gender)];
        let foreign = match user_type {
            UserType::Student => vec![("title", &self.title)],
            UserType::Contact => [of_students.as_slice(), &[("title", &self.title)]].concat(),
            _ => of_students.to_vec(),
        };
        match foreign.into_iter().find_map(|(name, value)| Some((name, value.as_ref()?))) {
            Some((name, value)) => {
                Err(lines.wrong(value, format!("the role {:?} has no {name}.", user_type.as_str())))
            }
            None => Ok(()),
        }
    }
}

fn owned(text: &Text) -> String {
    text.get_ref().clone()
}
