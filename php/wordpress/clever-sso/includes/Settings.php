<?php

/** The settings: constants in wp-config.php take precedence over the settings page. */

declare(strict_types=1);

namespace CleverSso\WordPress;

use CleverSso\SettingNames;

defined('ABSPATH') || exit;

/** @internal */
final class Settings
{
    public const OPTION = 'clever_sso';
    /**
     * The option with the client secret, separate from the others: WordPress loads it only when needed, and lists of options don't
     * show arrays.
     */
    public const SECRET = 'clever_sso_secret';
    /** The settings that wp-config.php can define. A secret belongs there. */
    public const CONSTANTS = [
        'client_id' => 'CLEVER_CLIENT_ID',
        'client_secret' => 'CLEVER_CLIENT_SECRET',
        'redirect_uri' => 'CLEVER_REDIRECT_URI',
        'district_id' => 'CLEVER_DISTRICT_ID',
    ];
    /** From the role with the fewest rights to the one with the most. */
    public const CLEVER_ROLES = ['student', 'contact', 'teacher', 'staff', 'district_admin'];
    /** No access. */
    public const NOBODY = '';
    /** A role with one of these capabilities can take over the site. */
    private const POWERS = [
        'manage_options', 'edit_users', 'create_users', 'promote_users', 'delete_users', 'remove_users', 'install_plugins',
        'activate_plugins', 'update_plugins', 'edit_plugins', 'delete_plugins', 'install_themes', 'switch_themes', 'update_themes',
        'edit_themes', 'delete_themes', 'edit_theme_options', 'edit_files', 'import', 'update_core', 'unfiltered_upload',
        'manage_network', 'manage_network_options', 'manage_network_plugins', 'manage_network_users', 'manage_sites', 'create_sites',
    ];

    public function get(string $name): string
    {
        $constant = self::CONSTANTS[$name] ?? '';
        $value = match (true) {
            $constant !== '' && defined($constant) => constant($constant),
            $name === 'client_secret' => $this->keptSecret(),
            default => $this->kept()[$name] ?? '',
        };
        return $name === 'redirect_uri' && $value === '' ? home_url('/clever/callback') : (string) $value;
    }

    public function isFixed(string $name): bool
    {
        return isset(self::CONSTANTS[$name]) && defined(self::CONSTANTS[$name]);
    }

    /** What the administrator calls a setting: the constant that defines it, or the label of its field. */
    public function name(string $setting): string
    {
        return $this->isFixed($setting) ? self::CONSTANTS[$setting] : self::label($setting);
    }

    public static function label(string $setting): string
    {
        return match ($setting) {
            'client_id' => __('Client ID', 'clever-sso'),
            'client_secret' => __('Client secret', 'clever-sso'),
            'redirect_uri' => __('Callback address', 'clever-sso'),
            'district_id' => __('District', 'clever-sso'),
        };
    }

    /** The name of each setting that is an argument of the client. */
    public function names(): SettingNames
    {
        return new SettingNames([
            'clientId' => $this->name('client_id'),
            'clientSecret' => $this->name('client_secret'),
            'redirectUri' => $this->name('redirect_uri'),
            'baseUrl' => 'CLEVER_BASE_URL',
        ]);
    }

    /** Whether the settings allow a Clever role to make a person an administrator. */
    public function allowsAdministrators(): bool
    {
        return ($this->kept()['allow_administrators'] ?? false) === true;
    }

    /** The WordPress role for a Clever role; NOBODY refuses these people. */
    public function roleFor(string $cleverRole): string
    {
        $role = $this->kept()['roles'][$cleverRole] ?? 'subscriber';
        return $role === self::NOBODY || $this->mayBeGiven($role) ? $role : 'subscriber';
    }

    /** Whether a role exists, and people may get it through their role at Clever. */
    public function mayBeGiven(string $role): bool
    {
        $found = get_role($role);
        return $found !== null && ($this->allowsAdministrators() || !self::isPowerful($role));
    }

    public static function isPowerful(string $role): bool
    {
        $found = get_role($role);
        return $found !== null && array_filter(self::POWERS, fn(string $power): bool => $found->has_cap($power)) !== [];
    }

    /** @return list<string> What is wrong, one sentence for each setting. */
    public function problems(): array
    {
        $found = [];
        foreach (['client_id', 'client_secret'] as $name) {
            if ($this->get($name) === '') {
                /* translators: %s is the label of a field, or the name of a constant in wp-config.php. */
                $found[] = sprintf(__('%s is not set.', 'clever-sso'), $this->name($name));
            }
        }
        if (preg_match('~^https?://[^/?#@]+/[^?#]*[^/?#]$~iD', $this->get('redirect_uri')) !== 1) {
            $found[] = __('The callback address must be a URL such as https://site.example/clever/callback.', 'clever-sso');
        }
        return $found;
    }

    /** @return array<string, mixed> */
    public function kept(): array
    {
        $kept = get_option(self::OPTION);
        return is_array($kept) ? $kept : [];
    }

    public function keepSecret(#[\SensitiveParameter] string $secret): void
    {
        update_option(self::SECRET, ['value' => $secret], false);
    }

    private function keptSecret(): string
    {
        $kept = get_option(self::SECRET);
        return is_array($kept) && is_string($kept['value'] ?? null) ? $kept['value'] : '';
    }
}
