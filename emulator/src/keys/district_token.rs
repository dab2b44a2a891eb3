//! District tokens: with one, an app reads a district without a login.
//!
//! Each district that shares an app gives it one token. It is made from the app's identifier and secret and the district's id,
//! so it is the same at every start and can be put into a configuration, and no one can guess it without the secret.

use aws_lc_rs::constant_time;
use aws_lc_rs::digest::{self, SHA256};

use crate::system::random::hexadecimal;
use crate::world::App;
use crate::world::{District, World};

/// A token has 40 hexadecimal digits: two for each byte.
const BYTES: usize = 20;

/// The districts that share this app. A Clever Library app has none, and neither has an app without a secret, which could not
/// ask for tokens.
pub(crate) fn districts<'a>(world: &'a World, app: &App) -> impl Iterator<Item = &'a District> {
    let may_ask = !app.is_library() && !app.is_public();
    world.districts().iter().filter(move |district| may_ask && app.is_shared_with(&district.id))
}

/// The token that this district gives this app.
pub(crate) fn token(app: &App, district: &District) -> String {
    let secret = app.client_secret().unwrap_or_default();
    // The lengths ensure that different pairs of strings never give the same bytes.
    let parts = ["district token", app.client_id(), secret, &district.id];
    let text = parts.map(|part| format!("{}:{part}", part.len()));
    let hash = digest::digest(&SHA256, text.concat().as_bytes());
    hexadecimal(hash.as_ref().get(..BYTES).unwrap_or_default())
}

/// Does this look like a district's token?
pub(crate) fn has_its_form(text: &str) -> bool {
    text.len() == BYTES * 2 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The app and the district that this token belongs to.
pub(crate) fn find<'a>(world: &'a World, presented: &str) -> Option<(&'a App, &'a District)> {
    if !has_its_form(presented) {
        return None;
    }
    let pairs =
        world.apps().iter().flat_map(|app| districts(world, app).map(move |district| (app, district)));
    pairs.into_iter().find(|(app, district)| {
        let own = token(app, district);
        constant_time::verify_slices_are_equal(own.as_bytes(), presented.as_bytes()).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_app_has_its_own_token_for_each_district_and_the_token_identifies_both() {
        let world = World::built_in();
        let mut tokens = Vec::new();
        for app in world.apps() {
            for district in districts(&world, app) {
                let token = token(app, district);
                let found = find(&world, &token).unwrap();
                assert_eq!((found.0.client_id(), &found.1.id), (app.client_id(), &district.id));
                tokens.push(token);
            }
        }
        // Of the seven apps four are for both districts and one for the second only; one has no secret, and one is of Clever
        // Library.
        assert_eq!(tokens.len(), 9);
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), 9);
        assert!(tokens.iter().all(|token| token.len() == 40));
    }

    #[test]
    fn another_secret_makes_another_token() {
        let world = World::built_in();
        let district = world.districts().first().unwrap();
        let app = |secret| App::new("app", secret, "https://app.example/");
        assert_eq!(token(&app("one"), district), token(&app("one"), district));
        assert_ne!(token(&app("one"), district), token(&app("other"), district));
    }

    #[test]
    fn an_unknown_token_identifies_no_app_and_no_district() {
        let world = World::built_in();
        assert!(find(&world, "").is_none() && find(&world, &"0".repeat(40)).is_none());
    }
}
