//! The default world and app.

use std::sync::LazyLock;

use super::apps::{App, AppError, Apps};
use super::model::World;

const BUILT_IN: &str = include_str!("../../world.toml");

impl World {
    /// The default world.
    pub fn built_in() -> Self {
        // The text is part of the program, and a test checks that it is right: no caller has to handle a failure.
        static WORLD: LazyLock<World> = LazyLock::new(|| World::from_toml(BUILT_IN).unwrap_or_default());
        WORLD.clone()
    }

    /// The text of the built-in world, with comments for editing it.
    pub fn built_in_toml() -> &'static str {
        BUILT_IN
    }

    /// The same world with these apps instead of its own. Without apps, it keeps its own; if it has none either, it gets the
    /// built-in app.
    pub(super) fn with_apps(mut self, given: &[App]) -> Result<Self, AppError> {
        if !given.is_empty() {
            self.apps = Apps::register(given.to_vec())?;
        } else if self.apps.all().is_empty() {
            self.apps = Apps::register(vec![App::built_in()])?;
        }
        self.apps.all().iter().try_for_each(|app| app.check_districts(&self.districts))?;
        Ok(self)
    }
}

impl App {
    /// The default app: the first of the built-in world, OIDC, on port 5000 of this machine.
    pub fn built_in() -> Self {
        // A test checks that the built-in world has an app.
        World::built_in().apps().first().cloned().unwrap_or_else(|| Self::public("", ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_world_is_valid_and_has_apps_districts_schools_and_people() {
        let world = World::from_toml(World::built_in_toml()).unwrap();
        assert_eq!(world, World::built_in());
        assert_eq!((world.districts().len(), world.schools().len(), world.apps().len()), (2, 5, 7));
        assert!(world.people().len() > 40);
    }

    #[test]
    fn the_built_in_app_is_an_oidc_app_with_credentials_like_clevers() {
        let app = App::built_in();
        assert_eq!((app.client_id().len(), app.client_secret().unwrap().len()), (20, 40));
        assert!(app.is_oidc());
    }

    #[test]
    fn a_world_without_apps_gets_the_built_in_one_and_given_apps_replace_its_own() {
        let without = World { apps: Apps::default(), ..World::built_in() };
        assert_eq!(without.with_apps(&[]).unwrap().apps(), [App::built_in()]);
        let own = App::new("own", "secret", "https://app.example/");
        assert_eq!(
            World::built_in().with_apps(std::slice::from_ref(&own)).unwrap().apps(),
            std::slice::from_ref(&own)
        );
        let elsewhere = own.with_districts(["elsewhere"]);
        assert!(matches!(World::built_in().with_apps(&[elsewhere]), Err(AppError::UnknownDistrict { .. })));
    }
}
