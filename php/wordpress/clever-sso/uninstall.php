<?php

/** Removes what the plugin kept: its settings, and what it noted about users. The users themselves stay. */

declare(strict_types=1);

defined('WP_UNINSTALL_PLUGIN') || exit;

foreach (is_multisite() ? get_sites(['fields' => 'ids', 'number' => 0]) : [0] as $site) {
    $site !== 0 && switch_to_blog($site);
    delete_option('clever_sso');
    foreach (get_users(['fields' => 'ID', 'number' => -1]) as $user) {
        delete_transient("clever_sso_check_{$user}");
    }
    $site !== 0 && restore_current_blog();
}
foreach (['clever_sso_key', 'clever_sso_role'] as $key) {
    delete_metadata('user', 0, $key, '', true);
}
