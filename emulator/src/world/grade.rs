//! The grades of Clever, in their order.

/// Every grade that a school may begin or end with, from the youngest.
const ORDER: [&str; 18] = [
    "InfantToddler",
    "Preschool",
    "PreKindergarten",
    "TransitionalKindergarten",
    "Kindergarten",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
    "12",
    "13",
];
/// Other values of a student's grade.
const OTHERS: [&str; 3] = ["PostGraduate", "Ungraded", "Other"];
/// The position of kindergarten, whose children become six in its year.
const KINDERGARTEN: usize = 4;

/// Every word that is a student's grade.
pub(super) fn all() -> Vec<&'static str> {
    [&ORDER[..], &OTHERS].concat()
}

/// Every word with which a school may begin or end.
pub(super) fn of_schools() -> &'static [&'static str] {
    &ORDER
}

/// The grades from one to another; none if they are in the wrong order.
pub(crate) fn between(low: &str, high: &str) -> &'static [&'static str] {
    let position = |grade| ORDER.iter().position(|own| *own == grade);
    position(low).zip(position(high)).and_then(|(low, high)| ORDER.get(low..=high)).unwrap_or_default()
}

/// The year in which a student of this grade was born, if the grade determines it. The school year begins in this year.
pub(crate) fn year_of_birth(grade: &str, school_year: u64) -> Option<u64> {
    years_after_kindergarten(grade).map(|years| school_year.saturating_sub(5).saturating_sub(years))
}

/// The year in which a student of this grade finishes school, if the grade determines it. The school year begins in this year.
pub(crate) fn graduation_year(grade: &str, school_year: u64) -> Option<u64> {
    years_after_kindergarten(grade).map(|years| school_year.saturating_add(13).saturating_sub(years))
}

fn years_after_kindergarten(grade: &str) -> Option<u64> {
    let position = ORDER.iter().position(|own| *own == grade)?;
    u64::try_from(position.checked_sub(KINDERGARTEN)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_in_their_order() {
        assert_eq!(between("Kindergarten", "2"), ["Kindergarten", "1", "2"]);
        assert_eq!(between("9", "9"), ["9"]);
        assert_eq!(between("9", "8"), [""; 0]);
        assert_eq!(between("9", "Ungraded"), [""; 0]);
    }

    #[test]
    fn years_follow_from_a_grade_that_determines_them() {
        assert_eq!((year_of_birth("Kindergarten", 2024), year_of_birth("9", 2024)), (Some(2019), Some(2010)));
        assert_eq!((graduation_year("12", 2024), graduation_year("9", 2024)), (Some(2025), Some(2028)));
        assert_eq!((year_of_birth("Ungraded", 2024), graduation_year("Preschool", 2024)), (None, None));
    }
}
