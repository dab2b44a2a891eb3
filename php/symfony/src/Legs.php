<?php

/** Creates the browser leg (login, callback and logout handling) for the paths in the router and the redirect URI. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\BrowserLeg;
use CleverSso\Client;
use CleverSso\ClientInterface;
use CleverSso\Finding;
use CleverSso\SettingNames;
use CleverSso\Symfony\DependencyInjection\Configuration;
use Psr\Log\LoggerInterface;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\Routing\Generator\UrlGeneratorInterface;

final class Legs
{
    /**
     * @param array{redirect_uri: string, home: string, after_logout: string, district_id: ?string, waiting_page: bool} $settings
     * @param array<string, mixed> $sessionOptions The options of Symfony's session cookie.
     */
    public function __construct(
        private readonly ClientInterface $client,
        private readonly UrlGeneratorInterface $router,
        private readonly array $settings,
        private readonly array $sessionOptions,
        private readonly ?LoggerInterface $logger = null,
    ) {
    }

    /** @param array<string, mixed> $arguments The named arguments of the client. */
    public static function client(#[\SensitiveParameter] array $arguments, ?LoggerInterface $logger = null): Client
    {
        return self::names()->client(['logger' => $logger] + $arguments);
    }

    /** The setting of each argument of the client. */
    public static function names(): SettingNames
    {
        return new SettingNames(array_map(fn(string $name): string => "clever_sso.{$name}", array_flip(Configuration::OF_THE_CLIENT)));
    }

    public function leg(): BrowserLeg
    {
        $prefix = $this->prefix();
        $path = fn(string $name): string => $prefix . $this->router->generate("clever_sso_{$name}");
        $public = fn(string $page): string => $prefix . $this->router->getContext()->getBaseUrl() . $page;
        return new BrowserLeg(
            $this->client,
            $this->settings['redirect_uri'],
            $path('login'),
            array_map($path, ['login', 'callback', 'logout']),
            $public($this->settings['home']),
            $public($this->settings['after_logout']),
            $this->settings['district_id'],
            $this->settings['waiting_page'],
            $this->log(...),
            $this->describeSession(...),
            $this->router->getContext()->getParameter('_locale') ?? '',
        );
    }

    /** The URL of a request, as browsers see it. */
    public function here(Request $request): string
    {
        $prefix = $this->prefix();
        $uri = (string) $request->server->get('REQUEST_URI');
        $uri = str_starts_with($uri, '/') ? $uri : $request->getRequestUri();
        return str_starts_with($uri, "{$prefix}/") ? $uri : $prefix . $uri;
    }

    /** What is wrong with the redirect URI and the route of the callback; null if they match. */
    public function misfit(): ?string
    {
        $route = $this->router->generate('clever_sso_callback');
        $path = parse_url($this->settings['redirect_uri'], PHP_URL_PATH) ?: '/';
        return BrowserLeg::prefixOf($this->settings['redirect_uri'], $route) !== null ? null
            : "clever_sso.redirect_uri leads to {$path}, but the route clever_sso_callback is {$route}: import the routes with a"
                . ' prefix that fits, or change redirect_uri and what is registered with Clever';
    }

    /** Why browsers refuse the session cookie of the application; null if they accept it. */
    public function refusedCookie(): ?Finding
    {
        $domain = (string) ($this->sessionOptions['cookie_domain'] ?? session_get_cookie_params()['domain']);
        return BrowserLeg::refusedCookie($this->settings['redirect_uri'], $domain, 'framework.session.cookie_domain');
    }

    /** A line for the log. It contains no secret. */
    private function log(string $level, string $line): void
    {
        $this->logger === null ? error_log($line) : $this->logger->log($level, $line);
    }

    /** The prefix that a proxy removes from the path without telling the application. */
    private function prefix(): string
    {
        return BrowserLeg::prefixOf($this->settings['redirect_uri'], $this->router->generate('clever_sso_callback')) ?? '';
    }

    /** @return array{name: string, domain: ?string, path: string, secure: bool|string} The session cookie of Symfony. */
    public function sessionCookie(): array
    {
        $options = $this->sessionOptions + ['name' => session_name()] + session_get_cookie_params();
        return [
            'name' => $options['name'],
            'domain' => ($options['cookie_domain'] ?? $options['domain']) ?: null,
            'path' => $options['cookie_path'] ?? $options['path'],
            'secure' => $options['cookie_secure'] ?? $options['secure'],
        ];
    }

    private function describeSession(): string
    {
        ['name' => $name, 'domain' => $domain, 'path' => $path, 'secure' => $secure] = $this->sessionCookie();
        return sprintf(
            'session cookie %s: domain %s, path %s, Secure %s (framework.session)',
            $name,
            $domain ?? '(this host)',
            $path,
            is_bool($secure) ? ($secure ? 'yes' : 'no') : $secure,
        );
    }
}
