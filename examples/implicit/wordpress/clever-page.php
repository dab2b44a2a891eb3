<?php
/**
 * Plugin Name: Reading Room
 * Description: [reading_room] shows who is signed in with Clever, on a page of WordPress. It does not log anyone in to WordPress.
 * Requires at least: 6.5
 * Requires PHP: 7.4
 */

declare(strict_types=1);

const READING_ROOM_CLIENT_ID = 'YOUR_CLIENT_ID';

add_shortcode('reading_room', static function (): string {
    // The page with the shortcode is the redirect URI: register exactly this URL with Clever.
    $address = get_permalink();
    if (!is_string($address)) {
        return '';
    }
    wp_enqueue_script_module('reading-room', plugins_url('page.js', __FILE__), [], '1');
    return sprintf(
        '<div id="reading-room" data-client-id="%s" data-redirect-uri="%s"><p role="status">One moment, please.</p></div>',
        esc_attr(READING_ROOM_CLIENT_ID),
        esc_url($address)
    );
});
