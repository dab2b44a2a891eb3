<?php

/** Reads and checks the settings in config/clever.php. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\Client;
use CleverSso\SettingNames;
use Illuminate\Contracts\Config\Repository;
use Psr\Log\LoggerInterface;

/** @internal */
final class Settings
{
    private const NAMES = [
        'client_id', 'client_secret', 'redirect_uri', 'base_url', 'routes', 'path', 'middleware', 'users', 'guard', 'home', 'after_logout',
        'session_seconds', 'district_id', 'waiting_page', 'log_channel', 'client',
    ];
    /** Our settings that are arguments of the client. */
    private const OF_THE_CLIENT = [
        'client_id' => 'clientId', 'client_secret' => 'clientSecret', 'redirect_uri' => 'redirectUri', 'base_url' => 'baseUrl',
    ];

    public function __construct(private readonly Repository $config)
    {
    }

    public function get(string $name): mixed
    {
        return $this->config->get("clever.{$name}");
    }

    /** The guard that signs people in. */
    public function guard(): string
    {
        $keepsNoUsers = $this->get('users') === null && $this->get('routes') !== false;
        return $this->get('guard') ?? ($keepsNoUsers ? 'clever' : $this->config->get('auth.defaults.guard'));
    }

    /** @return array{string, string, ?string, bool} Name, path, domain and Secure of Laravel's session cookie. */
    public function sessionCookie(): array
    {
        $session = (array) $this->config->get('session');
        return [$session['cookie'], $session['path'] ?? '/', $session['domain'] ?? null, (bool) ($session['secure'] ?? false)];
    }

    public function client(LoggerInterface $logger): Client
    {
        $arguments = (array) $this->get('client') + ['logger' => $logger];
        foreach (self::OF_THE_CLIENT as $name => $argument) {
            $arguments += $this->isSet($name) ? [$argument => $this->get($name)] : [];
        }
        return $this->names()->client($arguments);
    }

    /** The key of config() for each argument of the client. */
    public function names(): SettingNames
    {
        $arguments = self::argumentsOfTheClient();
        $others = array_map(fn(string $name): string => "clever.client.{$name}", array_combine($arguments, $arguments));
        return new SettingNames(array_map(fn(string $name): string => "clever.{$name}", array_flip(self::OF_THE_CLIENT)) + $others);
    }

    /** @return list<string> */
    private static function argumentsOfTheClient(): array
    {
        $constructor = new \ReflectionMethod(Client::class, '__construct');
        return array_map(fn(\ReflectionParameter $one): string => $one->getName(), $constructor->getParameters());
    }

    /** @throws \LogicException When a setting is wrong. The message names each wrong setting. */
    public function check(): void
    {
        $found = $this->problems();
        if ($found !== []) {
            throw new \LogicException(implode('; ', $found));
        }
    }

    /** A name for a message. A long one may be a secret that was meant for another setting. */
    private static function shown(string $name): string
    {
        return strlen($name) < 32 ? " \"{$name}\"" : '';
    }

    /** @return list<string> What is wrong, one sentence for each setting, without secret values. */
    public function problems(): array
    {
        $found = [];
        foreach (array_diff(array_keys((array) $this->config->get('clever')), self::NAMES) as $unknown) {
            $found[] = "config/clever.php: there is no setting \"{$unknown}\"; there are " . implode(', ', self::NAMES);
        }
        foreach (['client_id', 'client_secret', 'redirect_uri'] as $name) {
            if (!$this->isSet($name)) {
                $found[] = "config/clever.php: {$name} is not set: set CLEVER_" . strtoupper($name) . ' in .env';
            }
        }
        $uri = $this->get('redirect_uri');
        if ($this->isSet('redirect_uri') && (!is_string($uri) || preg_match('~^https?://[^/?#@]+/[^?#]*$~iD', $uri) !== 1)) {
            $found[] = 'config/clever.php: redirect_uri must be a URL such as https://app.example/clever/callback';
        }
        foreach (['routes', 'waiting_page'] as $name) {
            if (!is_bool($this->get($name))) {
                $found[] = "config/clever.php: {$name} must be true or false";
            }
        }
        if (!is_string($this->get('path'))) {
            $found[] = 'config/clever.php: path must be text, such as clever';
        }
        $middleware = $this->get('middleware');
        if (!is_array($middleware) || array_filter($middleware, is_string(...)) !== $middleware) {
            $found[] = "config/clever.php: middleware must be a list of names, such as ['web']";
        }
        foreach (['district_id', 'log_channel'] as $name) {
            if ($this->get($name) !== null && !is_string($this->get($name))) {
                $found[] = "config/clever.php: {$name} must be text, or null";
            }
        }
        $channel = $this->get('log_channel');
        if (is_string($channel) && $this->config->get("logging.channels.{$channel}") === null) {
            $found[] = 'config/clever.php: log_channel' . self::shown($channel) . ' must be a channel of config/logging.php';
        }
        foreach (['home', 'after_logout'] as $name) {
            $path = $this->get($name);
            if (!is_string($path) || preg_match('~^/(?![/\\\\])~', $path) !== 1) {
                $found[] = "config/clever.php: {$name} must be a path that starts with one slash, such as /lessons";
            }
        }
        if (!is_int($this->get('session_seconds')) || $this->get('session_seconds') < 1) {
            $found[] = 'config/clever.php: session_seconds must be a whole number above 0';
        }
        $users = $this->get('users');
        if ($users !== null && (!is_string($users) || !is_subclass_of($users, UserMapper::class))) {
            $found[] = 'config/clever.php: users must be the name of a class that implements ' . UserMapper::class;
        }
        $guard = $this->guard();
        if ($this->config->get("auth.guards.{$guard}.driver") !== 'session') {
            $found[] = 'config/clever.php: guard' . self::shown($guard) . ' must be a guard of config/auth.php whose driver is session';
        }
        $known = self::argumentsOfTheClient();
        foreach (array_keys((array) $this->get('client')) as $name) {
            if (!in_array($name, $known, true)) {
                $found[] = "config/clever.php: client.{$name} is not an argument of CleverSso\\Client; it has " . implode(', ', $known);
            } elseif (in_array($name, self::OF_THE_CLIENT, true)) {
                $found[] = "config/clever.php: client.{$name} has a setting of its own: " . array_search($name, self::OF_THE_CLIENT, true);
            }
        }
        if (strtolower((string) $this->config->get('session.same_site')) === 'strict') {
            $found[] = 'config/session.php: same_site must be lax, found strict: the browser comes back from Clever, which is another'
                . ' site, and would not send the session cookie';
        }
        return $found;
    }

    private function isSet(string $name): bool
    {
        return !in_array($this->get($name), [null, ''], true);
    }
}
