//! Searches for a school or a district by its name.

use super::district::{District, School};
use super::model::World;

/// The longest list.
const MOST: usize = 20;

/// A district, or one school of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) district: &'a District,
    pub(crate) school: Option<&'a School>,
}

impl World {
    /// The districts and schools whose names contain all these words, or the district with this id; and whether there are more.
    /// No words find all. As with Clever, a sandbox is found only by its id.
    pub(crate) fn search(&self, text: &str) -> (Vec<Found<'_>>, bool) {
        let text = text.trim().to_lowercase();
        if let Some(district) = self.district(&text) {
            return (vec![Found { district, school: None }], false);
        }
        let words: Vec<_> = text.split_whitespace().collect();
        let named = |name: &str| {
            let name = name.to_lowercase();
            words.iter().all(|word| name.contains(word))
        };
        let districts = self.districts.iter().filter(|district| !district.sandbox);
        let mut found: Vec<_> = districts.flat_map(|district| self.with_schools(district)).collect();
        found.retain(|found| match found.school {
            Some(school) => named(&format!("{} {}", school.name, found.district.name)),
            None => named(&found.district.name),
        });
        let more = found.len() > MOST;
        found.truncate(MOST);
        (found, more)
    }

    fn with_schools<'a>(&'a self, district: &'a District) -> impl Iterator<Item = Found<'a>> {
        let schools = self.schools.iter().filter(|school| school.district_id == district.id);
        let schools = schools.map(move |school| Found { district, school: Some(school) });
        [Found { district, school: None }].into_iter().chain(schools)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(world: &World, text: &str) -> Vec<String> {
        let name =
            |found: Found<'_>| found.school.map_or(&found.district.name, |school| &school.name).clone();
        world.search(text).0.into_iter().map(name).collect()
    }

    #[test]
    fn every_word_must_be_in_the_name_of_the_school_or_its_district() {
        let world = World::built_in();
        assert_eq!(found(&world, "HIGH"), ["Emulated High School"]);
        assert_eq!(found(&world, " school  primary "), ["Island Primary School"]);
        assert_eq!(found(&world, "island schools primary"), ["Island Primary School"]);
        assert_eq!(found(&world, "emulated island").first().unwrap(), "Emulated Island Schools");
        assert!(found(&world, "nowhere").is_empty());
        assert_eq!(found(&world, "").len(), 7);
    }

    #[test]
    fn a_sandbox_is_found_by_its_id_only() {
        let mut world = World::built_in();
        world.districts[1].sandbox = true;
        assert!(found(&world, "island").is_empty() && found(&world, "").len() == 4);
        assert_eq!(found(&world, "64C1F0A2D3B94E5F60718100 "), ["Emulated Island Schools"]);
    }

    #[test]
    fn a_long_list_is_shortened_and_says_so() {
        let mut world = World::built_in();
        assert!(!world.search("").1);
        let school = world.schools[0].clone();
        world.schools.extend(std::iter::repeat_n(school, MOST));
        let (found, more) = world.search("");
        assert_eq!((found.len(), more), (MOST, true));
    }
}
