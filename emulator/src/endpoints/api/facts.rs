//! Details of people: from the world, or made up from an id.

use crate::world::{Person, Role, UserType, World, derived, grade};

/// The year in which the current school year begins. It never changes here.
const SCHOOL_YEAR: u64 = 2024;
/// The grades of a person at no school, or at one whose grades are not given.
const ALL_GRADES: (&str, &str) = ("Kindergarten", "12");

/// When a record was created at Clever.
pub(super) fn created(id: &str) -> String {
    derived::time("created", id, 2023, (7, 12))
}

/// When it last changed there.
pub(super) fn last_modified(id: &str) -> String {
    derived::time("last_modified", id, 2024, (1, 8))
}

/// A phone number that no one has: numbers with 555-01 are reserved for fiction.
pub(super) fn phone(id: &str) -> String {
    format!("({}) 555-01{:02}", derived::number("area", id, 700) + 200, derived::number("phone", id, 100))
}

/// A person in a role.
pub(super) struct Facts<'a> {
    pub(super) world: &'a World,
    pub(super) person: &'a Person,
    pub(super) role: &'a Role,
}

impl Facts<'_> {
    /// One of the grades of the first school, if none is given.
    pub(super) fn grade(&self) -> &str {
        if let Some(grade) = &self.role.grade {
            return grade;
        }
        let school = self.role.schools.first().and_then(|id| self.world.school(id));
        let grades = school.and_then(|school| school.grades.as_ref());
        let (low, high) = grades.map_or(ALL_GRADES, |(low, high)| (low.as_str(), high.as_str()));
        derived::pick("grade", &self.person.id, grade::between(low, high))
    }

    /// A day in the first half of a year that fits the grade, if none is given; nothing, if the grade does not determine the
    /// year.
    pub(super) fn dob(&self) -> String {
        if let Some(dob) = &self.role.dob {
            return dob.clone();
        }
        let day = |name, limit| derived::number(name, &self.person.id, limit) + 1;
        let year = grade::year_of_birth(self.grade(), SCHOOL_YEAR);
        year.map(|year| format!("{}/{}/{year}", day("month", 6), day("day", 28))).unwrap_or_default()
    }

    pub(super) fn graduation_year(&self) -> String {
        grade::graduation_year(self.grade(), SCHOOL_YEAR).map(|year| year.to_string()).unwrap_or_default()
    }

    pub(super) fn title(&self) -> &str {
        let usual: &[_] = match self.role.user_type {
            UserType::Teacher => {
                &["English Teacher", "Mathematics Teacher", "Science Teacher", "Art Teacher"]
            }
            UserType::Staff => &["Principal", "Assistant Principal", "Counselor", "Librarian"],
            UserType::DistrictAdmin => &["Superintendent", "Director of Technology", "Data Manager"],
            UserType::Student | UserType::Contact => &[],
        };
        self.role.title.as_deref().unwrap_or_else(|| derived::pick("title", &self.person.id, usual))
    }

    /// The id in the district's own system; for a student, the number.
    pub(super) fn sis_id(&self) -> String {
        derived::digits("sis_id", &self.person.id, 5)
    }

    pub(super) fn state_id(&self) -> String {
        derived::digits("state_id", &self.person.id, 9)
    }

    pub(super) fn zip(&self) -> String {
        derived::digits("zip", &self.person.id, 5)
    }

    pub(super) fn phone(&self) -> String {
        phone(&self.person.id)
    }

    pub(super) fn yes_or_no(&self, question: &str) -> &'static str {
        derived::pick(question, &self.person.id, &["Y", "N"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(handle: &str, told: impl FnOnce(&Facts<'_>)) {
        let world = World::built_in();
        let person = world.person(handle).unwrap();
        told(&Facts { world: &world, person: &person, role: &person.role });
    }

    #[test]
    fn facts_in_the_world_are_used() {
        facts("ada", |facts| assert_eq!((facts.grade(), facts.dob().as_str()), ("9", "9/30/2009")));
        facts("grace", |facts| assert_eq!(facts.title(), "Mathematics Teacher"));
    }

    #[test]
    fn facts_that_the_world_does_not_have_fit_the_school() {
        facts("hana", |facts| {
            assert!(["6", "7", "8"].contains(&facts.grade()), "{}", facts.grade());
            let year: u64 = facts.dob().rsplit('/').next().unwrap().parse().unwrap();
            assert!((2011..=2013).contains(&year), "{}", facts.dob());
            assert_eq!(facts.graduation_year(), (year + 18).to_string());
        });
    }

    #[test]
    fn a_student_at_no_school_has_a_grade_too() {
        facts("wren", |facts| assert!(!facts.grade().is_empty() && !facts.dob().is_empty()));
    }
}
