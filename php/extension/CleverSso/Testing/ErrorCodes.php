<?php

/** Written by `make sentences` from docs/errors.md. Do not edit. */

declare(strict_types=1);

namespace CleverSso\Testing;

/** @internal What is always true of an error with a code. */
final class ErrorCodes
{
    /**
     * The class, the actor, whether it is retryable, the status of the page, and the sentence for the person.
     *
     * @var array<string, array{string, string, bool, int, string}>
     */
    public const ALL = [
        'config_invalid' => ['ConfigException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'client_secret_missing' => ['ConfigException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'redirect_uri_unknown' => ['ConfigException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'runtime_running' => ['ConfigException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'runtime_missing' => ['ConfigException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'argument_invalid' => ['ArgumentException', 'app', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'return_to_unsafe' => ['ArgumentException', 'app', false, 400, 'Signing in did not work this time. Please try again.'],
        'callback_malformed' => ['LoginException', 'app', false, 400, 'Signing in did not work this time. Please try again.'],
        'callback_duplicate' => ['LoginException', 'user', false, 400, 'Signing in did not work this time. Please try again.'],
        'callback_contradictory' => ['LoginException', 'user', false, 400, 'Signing in did not work this time. Please try again.'],
        'callback_issuer' => ['LoginException', 'user', false, 400, 'Signing in did not work this time. Please try again.'],
        'state_missing' => ['LoginException', 'user', true, 400, 'Signing in did not work this time. Please try again.'],
        'state_mismatch' => ['LoginException', 'user', true, 400, 'Signing in did not work this time. Please try again.'],
        'pending_missing' => ['LoginException', 'user', true, 400, 'Signing in did not work this time. Please try again.'],
        'pending_invalid' => ['LoginException', 'user', true, 400, 'Signing in did not work this time. Please try again.'],
        'pending_expired' => ['LoginException', 'user', true, 400, 'Signing in did not work this time. Please try again.'],
        'cookies_blocked' => ['LoginException', 'user', false, 400, 'Your browser blocked a cookie this site needs to sign you in. Allow cookies for this site, then try again.'],
        'login_loop' => ['LoginException', 'app', false, 400, 'Signing in started over too many times. Close your other tabs, then try again. If that does not help, tell someone at your school.'],
        'session_not_kept' => ['LoginException', 'app', false, 500, 'You signed in, but this site did not remember it. Please tell someone at your school.'],
        'page_not_allowed' => ['LoginException', 'app', false, 403, 'You are signed in, but you may not open this page. Please ask someone at your school for access.'],
        'id_token_malformed' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_algorithm' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_header' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_key_unknown' => ['TokenException', 'clever', true, 400, 'Signing in did not work this time. Please try again.'],
        'id_token_signature' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_claims' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_issuer' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_audience' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_authorized_party' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_subject' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'id_token_expired' => ['TokenException', 'app', true, 400, 'Signing in did not work this time. Please try again.'],
        'id_token_issued_at' => ['TokenException', 'app', true, 400, 'Signing in did not work this time. Please try again.'],
        'id_token_not_yet_valid' => ['TokenException', 'app', true, 400, 'Signing in did not work this time. Please try again.'],
        'id_token_nonce' => ['TokenException', 'user', false, 400, 'Signing in did not work this time. Please try again.'],
        'id_token_access_token' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'userinfo_subject' => ['TokenException', 'clever', false, 400, 'This app has a problem with Clever. Please tell someone at your school.'],
        'token_foreign' => ['TokenException', 'user', false, 400, 'Signing in did not work this time. Please try again.'],
        'token_rejected' => ['TokenException', 'user', false, 400, 'Signing in did not work this time. Please try again.'],
        'callback_unavailable' => ['CleverException', 'clever', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'callback_rejected' => ['CleverException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'code_rejected' => ['CleverException', 'user', true, 400, 'Signing in did not work this time. Please try again.'],
        'client_rejected' => ['CleverException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'token_request_rejected' => ['CleverException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'request_rejected' => ['CleverException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'not_found' => ['CleverException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'rate_limited' => ['CleverException', 'clever', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'clever_unavailable' => ['CleverException', 'clever', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'response_html' => ['CleverException', 'network', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'response_malformed' => ['CleverException', 'clever', false, 503, 'This app has a problem with Clever. Please tell someone at your school.'],
        'response_too_large' => ['CleverException', 'clever', false, 503, 'This app has a problem with Clever. Please tell someone at your school.'],
        'response_redirect' => ['CleverException', 'network', false, 503, 'This app has a problem with Clever. Please tell someone at your school.'],
        'discovery_issuer' => ['CleverException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
        'keys_unusable' => ['CleverException', 'clever', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'network_connect' => ['NetworkException', 'network', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'network_name' => ['NetworkException', 'network', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'network_tls' => ['NetworkException', 'network', false, 503, 'This app has a problem with Clever. Please tell someone at your school.'],
        'network_timeout' => ['NetworkException', 'network', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'network_interrupted' => ['NetworkException', 'network', true, 503, 'Clever cannot be reached right now. Please wait a minute, then try again.'],
        'call_interrupted' => ['NetworkException', 'app', true, 503, 'Signing in did not work this time. Please try again.'],
        'limit_reached' => ['InternalException', 'app', true, 503, 'Signing in did not work this time. Please try again.'],
        'internal' => ['InternalException', 'app', false, 500, 'This app has a problem with Clever. Please tell someone at your school.'],
    ];
}
