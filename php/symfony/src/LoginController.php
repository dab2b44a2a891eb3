<?php

/** The login; and what callback and log out say when no firewall takes them over. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\BrowserRequest;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Security\Core\Authentication\Token\Storage\TokenStorageInterface;

final class LoginController
{
    public function __construct(
        private readonly Legs $legs,
        private readonly SignIns $signIns,
        private readonly TokenStorageInterface $tokens,
    ) {
    }

    public function login(Request $request): Response
    {
        $misfit = $this->legs->misfit();
        $leg = $this->legs->leg();
        $isSignedIn = $this->tokens->getToken()?->getUser() !== null;
        $browser = BrowserRequest::fromHttpFoundation($request);
        return $this->signIns->settle($request, $misfit === null ? $leg->login($browser, $isSignedIn) : $leg->misconfigured($misfit));
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
