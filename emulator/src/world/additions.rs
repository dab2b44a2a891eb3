//! People and apps that are added while the emulator runs, until its reset.
//!
//! They are written as in a world file, but in JSON, with the same rules. A person needs only a handle: id and number are made,
//! and the rest is like an ordinary student of the first district.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::apps::App;
use super::model::World;
use super::person::Person;
use super::{derived, file};

/// A person or an app that the source of the world does not have.
#[derive(Debug, Clone)]
pub(super) enum Addition {
    Person(Arc<Person>),
    App(App),
}

/// The first number for people without one.
const FIRST_NUMBER: u32 = 990_001;

impl World {
    /// The person that this object describes, checked, and different from all existing people.
    pub(super) fn new_person(&self, mut members: Map<String, Value>) -> Result<Person, String> {
        let handle = members.get("handle").and_then(Value::as_str).unwrap_or_default().to_owned();
        if handle.is_empty() {
            return Err("handle must be a string, for example {\"handle\": \"nia\"}.".to_owned());
        }
        let free = |number: &String| self.person(number).is_none();
        let number = (FIRST_NUMBER..=u32::MAX).map(|number| number.to_string()).find(free);
        let district = self.districts().first().map(|district| district.id.as_str());
        let defaults = [
            ("id", json!(derived::object_id("added person", &handle))),
            ("number", json!(number)),
            ("given_name", json!(handle)),
            ("family_name", json!("Added")),
            ("district", json!(district)),
            ("roles", json!([{ "user_type": "student" }])),
        ];
        // Null means unset, except for the district: the people of Clever Library have none.
        members.retain(|name, value| name == "district" || !value.is_null());
        for (name, default) in defaults {
            members.entry(name).or_insert(default);
        }
        let person = file::person_of(self, &members)?;
        for name in [&person.handle, &person.id, &person.sign_in_number] {
            if self.person(name).is_some() {
                return Err(format!("there is already a person with the handle, id or number {name:?}."));
            }
        }
        Ok(person)
    }

    /// The app that this object describes, checked.
    pub(super) fn new_app(&self, members: &Map<String, Value>) -> Result<App, String> {
        file::app_of(self, members)
    }

    /// Adds one more, if possible.
    pub(super) fn with(mut self, addition: &Addition) -> Result<Self, String> {
        match addition {
            Addition::Person(person) => {
                for name in [&person.handle, &person.id, &person.sign_in_number] {
                    if self.person(name).is_some() {
                        return Err(format!("another person has {name:?} now"));
                    }
                }
                self.people.push(Arc::clone(person));
            }
            Addition::App(app) => {
                self.apps.add(app.clone()).map_err(|error| error.to_string())?;
                self.apps.all().iter().try_for_each(App::check).map_err(|error| error.to_string())?;
                app.check_districts(&self.districts).map_err(|error| error.to_string())?;
            }
        }
        Ok(self)
    }
}
