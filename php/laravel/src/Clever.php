<?php

/** The methods of the facade Clever. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\BrowserLeg;
use CleverSso\ClientInterface;
use CleverSso\Finding;
use CleverSso\SessionIdentity;
use Illuminate\Contracts\Container\Container;
use Illuminate\Http\Request;
use Psr\Log\LoggerInterface;
use Symfony\Component\HttpFoundation\Response;

final class Clever
{
    public function __construct(private readonly Container $app, private readonly Settings $settings)
    {
    }

    /** Who is signed in with Clever; null if no one is. */
    public function identity(): ?SessionIdentity
    {
        return $this->app->make(SignIns::class)->identity($this->request());
    }

    /** Whether a person with one of the roles at Clever is signed in. */
    public function hasRole(string ...$names): bool
    {
        return $this->identity()?->hasRole(...$names) ?? false;
    }

    /** The URL that begins a login. With `switchUser`, Clever asks the person to confirm who they are: for "Not you?" links. */
    public function loginUrl(?string $returnTo = null, bool $switchUser = false): string
    {
        return $this->leg()->loginUrl($returnTo, $switchUser);
    }

    /** The URL for the form of a logout button. It must be a POST, and needs no CSRF token. */
    public function logoutUrl(): string
    {
        return $this->path('logout');
    }

    /** The client, for calls to Clever's API. */
    public function client(): ClientInterface
    {
        return $this->app->make(ClientInterface::class);
    }

    /**
     * @internal
     *
     * @throws \LogicException When the application has turned the routes off and defines none of its own.
     */
    public function leg(): BrowserLeg
    {
        $missing = $this->missingRoute();
        if ($missing !== null) {
            throw new \LogicException($missing);
        }
        $public = fn(string $page): string => $this->prefix() . $this->request()->getBaseUrl() . $page;
        return new BrowserLeg(
            $this->client(),
            $this->settings->get('redirect_uri'),
            $this->path('login'),
            array_map($this->path(...), array_filter(['login', 'callback', 'logout'], $this->hasRoute(...))),
            $public($this->settings->get('home')),
            $public($this->settings->get('after_logout')),
            $this->settings->get('district_id') ?: null,
            $this->settings->get('waiting_page'),
            fn(string $level, string $line) => $this->log()->log($level, $line),
            $this->describeSession(...),
            $this->app->getLocale(),
        );
    }

    /** @internal Sets the cookies of a login last, because Laravel would encrypt them if they were set earlier. */
    public function send(Request $request, Response $response): void
    {
        $signIns = $this->app->make(SignIns::class);
        $proven = $signIns->notUsed($request);
        if ($proven !== null) {
            // The application got Socialite's user and signed no one in, so the session was not lost.
            $signIns->addCookies($request, $this->leg()->withoutSignIn($proven));
        }
        $signIns->send($request, $response);
    }

    /** @internal The URL of a request, as browsers see it. */
    public function here(Request $request): string
    {
        $prefix = $this->prefix();
        $uri = $request->getRequestUri();
        return str_starts_with($uri, "{$prefix}/") ? $uri : $prefix . $uri;
    }

    /** @internal Why no login can succeed with these routes; null if logins can succeed. */
    public function misfit(): ?string
    {
        $missing = $this->missingRoute();
        if ($missing !== null) {
            return $missing;
        }
        $redirectUri = $this->settings->get('redirect_uri');
        $route = $this->route('callback');
        $path = parse_url($redirectUri, PHP_URL_PATH) ?: '/';
        return BrowserLeg::prefixOf($redirectUri, $route) !== null ? null
            : "CLEVER_REDIRECT_URI leads to {$path}, but the route clever.callback is {$route}: change `path` in config/clever.php, or"
                . ' CLEVER_REDIRECT_URI and what is registered with Clever';
    }

    /** Why browsers refuse the session cookie of the application; null if they accept it. */
    public function refusedCookie(): ?Finding
    {
        $domain = (string) $this->app->make('config')->get('session.domain');
        return BrowserLeg::refusedCookie($this->settings->get('redirect_uri'), $domain, 'session.domain (SESSION_DOMAIN)');
    }

    private function missingRoute(): ?string
    {
        $missing = array_filter(['login', 'callback'], fn(string $name): bool => !$this->hasRoute($name));
        return $missing === [] ? null
            : 'there is no route clever.' . reset($missing) . ': name yours so, or set `routes` in config/clever.php to true';
    }

    private function hasRoute(string $name): bool
    {
        return $this->app->make('router')->has("clever.{$name}");
    }

    private function path(string $name): string
    {
        return $this->prefix() . $this->route($name);
    }

    private function route(string $name): string
    {
        return $this->request()->getBaseUrl() . $this->app->make('url')->route("clever.{$name}", [], false);
    }

    private function prefix(): string
    {
        return BrowserLeg::prefixOf($this->settings->get('redirect_uri'), $this->route('callback')) ?? '';
    }

    private function request(): Request
    {
        return $this->app->make('request');
    }

    /** @internal */
    public function log(): LoggerInterface
    {
        return $this->app->make('log')->channel($this->settings->get('log_channel'));
    }

    private function describeSession(): string
    {
        $of = fn(string $name): mixed => $this->app->make('config')->get("session.{$name}");
        return sprintf(
            'session cookie %s: domain %s, path %s, Secure %s; sessions are kept by %s (config/session.php)',
            $of('cookie'),
            $of('domain') ?: '(this host)',
            $of('path'),
            $of('secure') ? 'yes' : 'no',
            $of('driver'),
        );
    }
}
