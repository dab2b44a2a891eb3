<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;
use CleverSso\Exception;
use CleverSso\Login;
use PHPUnit\Framework\TestCase;

/**
 * The base class of all tests: provides an emulator. The error handler of bootstrap.php turns every PHP error into an
 * exception.
 *
 * The emulator is the one that CLEVER_SSO_TEST_URL names.
 */
abstract class EmulatorCase extends TestCase
{
    protected const ID = 'php-tests';
    protected const SECRET = 'a-secret-of-php-tests';
    protected const CALLBACK = 'http://127.0.0.1:9/callback';
    protected const DISTRICT = '53ee4b8a44abc88c1c00119b';

    protected static function url(string $path = ''): string
    {
        return getenv('CLEVER_SSO_TEST_URL') . $path;
    }

    protected static function client(mixed ...$more): Client
    {
        return new Client(self::ID, self::SECRET, ...$more + ['redirectUri' => self::CALLBACK, 'baseUrl' => self::url()]);
    }

    /** The URL that Clever redirects the browser to, after it opened a URL. */
    protected static function browse(string $url): string
    {
        $context = stream_context_create(['http' => ['follow_location' => 0, 'ignore_errors' => true]]);
        $headers = array_change_key_case(get_headers($url, true, $context));
        return $headers['location'] ?? $headers[0];
    }

    /** The Cookie header of a browser after it was sent these cookies. */
    protected static function cookiesOf(array ...$answers): string
    {
        $jar = [];
        foreach (array_merge(...$answers) as $cookie) {
            $jar[$cookie->name] = "{$cookie->name}={$cookie->value}";
            if ($cookie->maxAge === 0) {
                unset($jar[$cookie->name]);
            }
        }
        return implode('; ', $jar);
    }

    protected static function stateOf(Login $login): string
    {
        return preg_replace('/.*[?&]state=([^&]*).*/', '$1', $login->url);
    }

    /** Makes a whole login of the person that the emulator logs in. */
    protected static function signedIn(Client $client, mixed ...$wishes): \CleverSso\SignedIn
    {
        $login = $client->beginLogin(...$wishes);
        return $client->finishLogin(self::browse($login->url), self::cookiesOf($login->setCookies));
    }

    /** The class of the exception that a call throws, with its error code, or with its message if it has none. */
    protected static function thrown(callable $call): string
    {
        try {
            $call();
        } catch (Exception $error) {
            return self::short($error) . ' ' . $error->getCodeWord();
        } catch (\Throwable $error) {
            return get_class($error) . ' ' . $error->getMessage();
        }
        return 'nothing';
    }

    protected static function short(object $object): string
    {
        return (new \ReflectionClass($object))->getShortName();
    }

    /** The exception that a call throws. */
    protected static function caught(callable $call): Exception
    {
        try {
            $call();
        } catch (Exception $error) {
            return $error;
        }
        self::fail('nothing was thrown');
    }
}
