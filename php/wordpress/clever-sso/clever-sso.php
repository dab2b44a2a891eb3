<?php

/**
 * Plugin Name: Log in with Clever
 * Description: A "Log in with Clever" button on the login page. People are known by their Clever id, never by an email address.
 * Version: 0.1.0
 * Requires at least: 6.1
 * Requires PHP: 8.1
 * License: MIT or Apache-2.0
 * Text Domain: clever-sso
 * Domain Path: /languages
 */

declare(strict_types=1);

namespace CleverSso\WordPress;

defined('ABSPATH') || exit;

/** Finds the classes of the library: in the extension, below the plugin, or in the file that you set. */
function load_library(): bool
{
    $places = [
        defined('CLEVER_SSO_CLASSES') ? \CLEVER_SSO_CLASSES : '',
        __DIR__ . '/vendor/autoload.php',
        extension_loaded('clever_sso') ? (string) stream_resolve_include_path('CleverSso/Web.php') : '',
    ];
    foreach ($places as $place) {
        if (!class_exists(\CleverSso\BrowserLeg::class) && $place !== '' && is_file($place)) {
            require_once $place;
        }
    }
    return class_exists(\CleverSso\Client::class) && class_exists(\CleverSso\BrowserLeg::class);
}

foreach (['Settings', 'SettingsPage', 'Users', 'Plugin'] as $class) {
    require_once __DIR__ . "/includes/{$class}.php";
}

if (load_library()) {
    (new Plugin(new Settings(), __FILE__))->start();
} else {
    add_action('admin_notices', function (): void {
        if (current_user_can('activate_plugins')) {
            $sentence = __(
                'Log in with Clever cannot find its library. Install the PHP extension clever_sso, run "composer require clever-sso/clever-sso" in the folder of the plugin, or define CLEVER_SSO_CLASSES in wp-config.php.',
                'clever-sso',
            );
            echo '<div class="notice notice-error"><p>', esc_html($sentence), '</p></div>';
        }
    });
}
