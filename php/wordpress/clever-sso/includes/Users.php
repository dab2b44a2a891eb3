<?php

/** Finds and creates users by Clever id. */

declare(strict_types=1);

namespace CleverSso\WordPress;

use CleverSso\Refused;
use CleverSso\SessionIdentity;
use CleverSso\SignedIn;

defined('ABSPATH') || exit;

/** @internal */
final class Users
{
    /** The user meta key for issuer and Clever id. People can choose user names and email addresses, but not this. */
    public const KEY = 'clever_sso_key';
    /** The user meta key, for each site of a network, with the role that we assigned. A role that was changed later stays. */
    public const ROLE = 'clever_sso_role';

    public function __construct(private readonly Settings $settings)
    {
    }

    /** People who log in with Clever can't log in with a password: it would still work after the school removed their access. */
    public function start(): void
    {
        $isOurs = fn(int|\WP_User $user): bool => self::isOurs($user instanceof \WP_User ? $user->ID : $user);
        add_filter('wp_authenticate_user', fn($user) => $user instanceof \WP_User && $isOurs($user)
            ? new \WP_Error('clever_sso_only', esc_html__('Please log in with Clever.', 'clever-sso'))
            : $user);
        add_filter('allow_password_reset', fn($allow, $id) => $isOurs((int) $id) ? false : $allow, 10, 2);
        add_filter('show_password_fields', fn($show, $user = null) => $user instanceof \WP_User && $isOurs($user) ? false : $show, 10, 2);
        add_filter(
            'wp_is_application_passwords_available_for_user',
            fn($available, $user) => $user instanceof \WP_User && $isOurs($user) ? false : $available,
            10,
            2,
        );
    }

    public static function isOurs(int $userId): bool
    {
        // get_user_meta returns false if there is no such user.
        return (string) get_user_meta($userId, self::KEY, true) !== '';
    }

    /**
     * Returns the user of a person that Clever confirmed, and creates one if there is none.
     *
     * @throws Refused When the site or the role settings refuse the person.
     */
    public function of(SignedIn $signedIn): \WP_User
    {
        /**
         * Decides about a person before the sign-in.
         *
         * @param \WP_User|\WP_Error|null $user A user of yours, found by issuer and id; an error, whose message the person reads;
         *     null for the users that the plugin makes.
         * @param SignedIn $signedIn The person that Clever confirmed.
         */
        $user = apply_filters('clever_sso_user', null, $signedIn);
        if ($user instanceof \WP_Error) {
            throw new Refused($user->get_error_message());
        }
        if ($user instanceof \WP_User) {
            return self::admitted($user);
        }
        $identity = SessionIdentity::of($signedIn->identity);
        $role = $this->role($identity);
        if ($role === Settings::NOBODY) {
            throw new Refused(Plugin::notAdmitted());
        }
        $user = self::admitted($this->find($identity) ?? $this->make($identity, $role));
        $this->update($user, $identity, $role);
        return $user;
    }

    /**
     * Makes the checks that WordPress makes for people who log in with its own form.
     *
     * @throws Refused When the administrators of the network have marked the user as spam.
     */
    private static function admitted(\WP_User $user): \WP_User
    {
        return is_multisite() && is_user_spammy($user) ? throw new Refused(Plugin::notAdmitted()) : $user;
    }

    private function find(SessionIdentity $identity): ?\WP_User
    {
        // Looking up the user name is fast, but only the key proves that it is the same person.
        $named = get_user_by('login', self::nameOf($identity));
        if ($named !== false && get_user_meta($named->ID, self::KEY, true) === $identity->key()) {
            return $named;
        }
        global $wpdb;
        $sentence = "SELECT user_id FROM {$wpdb->usermeta} WHERE meta_key = %s AND meta_value = %s LIMIT 2";
        $found = $wpdb->get_col($wpdb->prepare($sentence, self::KEY, $identity->key()));
        return count($found) === 1 && get_user_by('id', $found[0]) !== false ? get_user_by('id', $found[0]) : null;
    }

    private static function nameOf(SessionIdentity $identity): string
    {
        return 'clever-' . substr(hash('sha256', $identity->key()), 0, 24);
    }

    /** Two tabs that come back at once create one user: a database lock lets only one of them in at a time. */
    private function make(SessionIdentity $identity, string $role): \WP_User
    {
        global $wpdb;
        $name = self::nameOf($identity);
        $wpdb->get_var($wpdb->prepare('SELECT GET_LOCK(%s, 10)', $name));
        try {
            $user = $this->find($identity);
            if ($user !== null) {
                return $user;
            }
            // If people can register, another person may have taken the name. Only the key proves that it is the same
            // person.
            $free = username_exists($name) === false ? $name : $name . '-' . strtolower(wp_generate_password(12, false));
            $id = wp_insert_user([
                'user_login' => $free,
                'user_pass' => wp_generate_password(64, true, true),
                'user_email' => '',
                'display_name' => $identity->fullName,
                'first_name' => $identity->firstName ?? '',
                'last_name' => $identity->lastName ?? '',
                'role' => $role,
                'meta_input' => [self::KEY => $identity->key(), $wpdb->get_blog_prefix() . self::ROLE => $role],
            ]);
            if ($id instanceof \WP_Error) {
                error_log('login failed: WordPress made no user: ' . $id->get_error_code());
                throw new Refused(Plugin::notAdmitted());
            }
            return new \WP_User($id);
        } finally {
            $wpdb->get_var($wpdb->prepare('SELECT RELEASE_LOCK(%s)', $name));
        }
    }

    private function update(\WP_User $user, SessionIdentity $identity, string $role): void
    {
        if ($identity->fullName !== '' && $user->display_name !== $identity->fullName) {
            wp_update_user([
                'ID' => $user->ID,
                'display_name' => $identity->fullName,
                'first_name' => $identity->firstName ?? '',
                'last_name' => $identity->lastName ?? '',
            ]);
        }
        if (is_multisite() && !is_user_member_of_blog($user->ID)) {
            add_user_to_blog(get_current_blog_id(), $user->ID, $role);
            update_user_option($user->ID, self::ROLE, $role);
            return;
        }
        $given = get_user_option(self::ROLE, $user->ID);
        if ($given !== $role && array_values($user->roles) === [$given]) {
            $user->set_role($role);
            update_user_option($user->ID, self::ROLE, $role);
        }
    }

    /** The role of this login. If a person has several, the one with the fewest rights. */
    private function role(SessionIdentity $identity): string
    {
        foreach (Settings::CLEVER_ROLES as $name) {
            if ($identity->hasRole($name)) {
                return $this->settings->roleFor($name);
            }
        }
        // A role that Clever has added since.
        return Settings::NOBODY;
    }
}
