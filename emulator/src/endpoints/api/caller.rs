//! Which people a token may read.

use crate::endpoints::bearer::{Bearer, Holder};
use crate::keys::custom_claims::CustomClaims;
use crate::world::App;
use crate::world::{District, Person, School, World};

/// The caller, and the base URL.
pub(super) struct Caller<'a> {
    pub(super) world: &'a World,
    pub(super) holder: &'a Holder,
    pub(super) base_url: String,
    /// Claims that were chosen for the login.
    pub(super) claims: &'a CustomClaims,
    app: Option<&'a App>,
}

impl<'a> Caller<'a> {
    pub(super) fn new(world: &'a World, bearer: &'a Bearer<'_>, base_url: String) -> Self {
        Self {
            world,
            holder: &bearer.holder,
            base_url,
            claims: &bearer.claims,
            app: world.app(&bearer.client_id),
        }
    }

    /// Is it a district, and not a person who logged in?
    pub(super) fn is_district(&self) -> bool {
        matches!(self.holder, Holder::District(_))
    }

    /// The first matching person that the token gives access to: for a login, only its own person; for a district token, all
    /// people in the district who may log in to the app.
    pub(super) fn person(&self, is_meant: impl Fn(&Person) -> bool) -> Option<&'a Person> {
        match self.holder {
            Holder::Person(person) => Some(person.as_ref()).filter(|person| is_meant(person)),
            Holder::District(id) => {
                let mut people = self.world.people().iter().map(AsRef::as_ref);
                people.find(|person: &&Person| {
                    person.district_id.as_ref() == Some(id) && self.is_shared(person) && is_meant(person)
                })
            }
        }
    }

    /// The district of the token; people of Clever Library have none.
    pub(super) fn district(&self) -> Option<&'a District> {
        let id = match self.holder {
            Holder::Person(person) => person.district_id.as_ref()?,
            Holder::District(id) => id,
        };
        self.world.district(id)
    }

    /// The schools of that district; for a login, those of the person.
    pub(super) fn schools(&self) -> impl Iterator<Item = &'a School> {
        let district_id = self.district().map(|district| district.id.as_str());
        let of_district = move |school: &&School| Some(school.district_id.as_str()) == district_id;
        let holder = self.holder;
        self.world.schools().iter().filter(of_district).filter(move |school| match holder {
            Holder::Person(person) => person.roles().any(|role| role.schools.contains(&school.id)),
            Holder::District(_) => true,
        })
    }

    fn is_shared(&self, person: &Person) -> bool {
        self.app.is_some_and(|app| app.admits(person))
    }
}
