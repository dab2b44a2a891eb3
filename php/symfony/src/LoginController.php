<?php

/** The controllers of the routes. Normally a firewall or a listener of this bundle responds before them. */

declare(strict_types=1);

namespace CleverSso\Symfony;

final class LoginController
{
    public function login(): never
    {
        throw new \LogicException('a login is answered before its controller: ' . BrowserListener::class . ' must be an event subscriber');
    }

    public function callback(): never
    {
        throw new \LogicException(
            'no firewall signs people in at the route clever_sso_callback: add clever_sso.authenticator to the custom_authenticators of'
                . ' the firewall that has this path, and in Symfony 5.4 set security.enable_authenticator_manager',
        );
    }

    public function logout(): never
    {
        throw new \LogicException(
            'no firewall logs people out at the route clever_sso_logout: set logout: { path: clever_sso_logout } in the firewall that has'
                . ' this path',
        );
    }
}
