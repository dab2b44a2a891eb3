<?php

/** Responds to the login and to callbacks that sign no one in, guards the logout, and ends expired sessions. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\BrowserRequest;
use Symfony\Component\EventDispatcher\EventSubscriberInterface;
use Symfony\Component\HttpKernel\Event\RequestEvent;
use Symfony\Component\HttpKernel\Event\ResponseEvent;
use Symfony\Component\HttpKernel\KernelEvents;
use Symfony\Component\Security\Http\Event\LoginSuccessEvent;
use Symfony\Component\Security\Http\Event\LogoutEvent;

final class BrowserListener implements EventSubscriberInterface
{
    public function __construct(private readonly Legs $legs, private readonly SignIns $signIns)
    {
    }

    public static function getSubscribedEvents(): array
    {
        return [
            // After the router (32) and before the firewall (8), so that a restart or a refusal is not a failed login
            // in Symfony, and access rules for the whole site do not block the login itself.
            KernelEvents::REQUEST => ['onRequest', 16],
            // Before the session is saved.
            KernelEvents::RESPONSE => ['onResponse', 0],
            // After Symfony has changed the session (0): one of its strategies empties it.
            LoginSuccessEvent::class => ['onLogin', -64],
            // Before Symfony's own response (64), because other listeners add to that one.
            LogoutEvent::class => ['onLogout', 65],
        ];
    }

    public function onRequest(RequestEvent $event): void
    {
        if (!$event->isMainRequest()) {
            return;
        }
        $request = $event->getRequest();
        $route = $request->attributes->get('_route');
        // This runs before the firewall, which would still find a signed-in person.
        $isThere = $this->signIns->isThere($request);
        if ($route === 'clever_sso_login' || $route === 'clever_sso_callback') {
            $leg = $this->legs->leg();
            $misfit = $this->legs->misfit();
            $browser = BrowserRequest::fromHttpFoundation($request);
            $reply = match (true) {
                $misfit !== null => $leg->misconfigured($misfit),
                $route === 'clever_sso_login' => $leg->login($browser, $isThere),
                default => $leg->callback($browser),
            };
            if ($reply->signedIn === null) {
                $event->setResponse($this->signIns->settle($request, $reply));
                return;
            }
            try {
                $this->signIns->replace($request, $reply->signedIn);
            } catch (\Throwable $error) {
                $this->signIns->of($request)->add($leg->threw($reply->signedIn, $error));
                throw $error;
            }
            $this->signIns->of($request)->signedIn = $reply->signedIn;
        } elseif ($route === 'clever_sso_logout') {
            $browser = BrowserRequest::fromHttpFoundation($request);
            $reply = $this->legs->leg()->refused('logout', $browser);
            if ($reply === null && !$request->hasPreviousSession()) {
                // There is nothing to end, so no session is started.
                $reply = $this->legs->leg()->logOut($browser);
            }
            if ($reply !== null) {
                $event->setResponse($this->signIns->settle($request, $reply));
            }
        } elseif ($isThere) {
            [$always, $withPages] = $this->legs->leg()->sessionKept(BrowserRequest::fromHttpFoundation($request));
            $this->signIns->of($request)->add($always);
            $this->signIns->of($request)->withPages = $withPages;
        }
    }

    public function onResponse(ResponseEvent $event): void
    {
        if (!$event->isMainRequest()) {
            return;
        }
        $request = $event->getRequest();
        $response = $event->getResponse();
        $found = $this->signIns->of($request);
        $cookies = [...$found->cookies, ...($response->isSuccessful() ? $found->withPages : [])];
        foreach ($cookies as $cookie) {
            $response->headers->set('Set-Cookie', $cookie->header, false);
        }
        if ($cookies !== []) {
            $response->headers->set('Cache-Control', 'no-store');
        }
        if ($found->isStuck) {
            $cookie = $this->legs->sessionCookie();
            $response->headers->clearCookie($cookie['name'], $cookie['path'], $cookie['domain'], $cookie['secure'] === true || $request->isSecure(), true);
        }
    }

    /** Stores a sign-in again. */
    public function onLogin(LoginSuccessEvent $event): void
    {
        $signedIn = $this->signIns->of($event->getRequest())->signedIn;
        if ($signedIn !== null) {
            $this->signIns->keep($event->getRequest(), $signedIn);
        }
    }

    /** Every logout, on any path: it deletes the cookies. Our own logout redirects to clever_sso.after_logout. */
    public function onLogout(LogoutEvent $event): void
    {
        $request = $event->getRequest();
        $reply = $this->legs->leg()->logOut(new BrowserRequest('POST', '', [], $request->headers->get('Cookie')));
        $this->signIns->of($request)->add($reply->cookies);
        $this->signIns->of($request)->outcome = $reply->outcome;
        if ($request->attributes->get('_route') === 'clever_sso_logout') {
            $event->setResponse($reply->toHttpFoundation());
        }
    }
}
