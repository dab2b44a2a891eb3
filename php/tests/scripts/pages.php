<?php

/* One page of the package as JSON: its headers, and its HTML. The tests in a browser show it.
 *
 * php pages.php PAGE LANGUAGE SENTENCE
 */

declare(strict_types=1);

use CleverSso\Problem;
use CleverSso\Sentences;

[, $page, $language, $sentence] = $argv;
$php = dirname(__DIR__, 2);
require "{$php}/extension/CleverSso/Sentences.php";
require "{$php}/extension/CleverSso/Unchangeable.php";
require "{$php}/extension/CleverSso/Problem.php";

$translated = fn(string $text): string => Sentences::translated($text, $language);
$problem = fn(string $code, string $home = ''): Problem => new Problem(
    $translated($sentence),
    $code,
    403,
    '/login',
    '/login?switch_user=1',
    homeUrl: $home,
    language: $language,
);

/** The page of the WordPress plugin, with the WordPress functions that it needs. */
function plugins(string $php, Problem $problem): string
{
    define('ABSPATH', '/');
    function get_language_attributes(): string
    {
        return "lang=\"{$GLOBALS['language']}\"";
    }
    function __(string $text): string
    {
        return $GLOBALS['translated']($text);
    }
    function translate(string $text): string
    {
        return __($text);
    }
    function esc_html(string $text): string
    {
        return htmlspecialchars($text);
    }
    function esc_html__(string $text): string
    {
        return esc_html(__($text));
    }
    function esc_url(string $url): string
    {
        return htmlspecialchars($url);
    }
    require "{$php}/wordpress/clever-sso/includes/Plugin.php";
    $class = new ReflectionClass(CleverSso\WordPress\Plugin::class);
    ob_start();
    $class->getMethod('show')->invoke($class->newInstanceWithoutConstructor(), $problem);
    return (string) ob_get_clean();
}

$html = match ($page) {
    'refused' => $problem('access_denied')->html(),
    'not-allowed' => $problem('page_not_allowed', '/home')->html(),
    'waiting' => Problem::wait('/callback?waited=1', $language),
    'wordpress' => plugins($php, $problem('access_denied')),
};
echo json_encode([Problem::HEADERS, $html], JSON_THROW_ON_ERROR);
