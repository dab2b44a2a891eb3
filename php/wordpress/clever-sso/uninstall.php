<?php

/** Removes the data of the plugin: its settings, and its data about users and their sessions. The users themselves stay. */

declare(strict_types=1);

defined('WP_UNINSTALL_PLUGIN') || exit;

// A session contains a name. Also, these people have no other way to log in.
foreach (get_users(['blog_id' => 0, 'meta_key' => 'clever_sso_key', 'fields' => 'ID', 'number' => -1]) as $user) {
    WP_Session_Tokens::get_instance((int) $user)->destroy_all();
}
foreach (is_multisite() ? get_sites(['fields' => 'ids', 'number' => 0]) : [0] as $site) {
    $site !== 0 && switch_to_blog($site);
    delete_option('clever_sso');
    delete_option('clever_sso_secret');
    foreach (get_users(['fields' => 'ID', 'number' => -1]) as $user) {
        delete_transient("clever_sso_check_{$user}");
    }
    delete_metadata('user', 0, $GLOBALS['wpdb']->get_blog_prefix() . 'clever_sso_role', '', true);
    $site !== 0 && restore_current_blog();
}
delete_metadata('user', 0, 'clever_sso_key', '', true);
