<?php

/** The parts of a browser's request that a login needs. */

declare(strict_types=1);

namespace CleverSso;

/** One request, without PHP's globals: frameworks have their own request classes. Dumps show neither its query nor its headers. */
final class BrowserRequest implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    /** The HTTP method. */
    public readonly string $method;
    /** The query as it came. Parameters that are named twice must still be seen. */
    public readonly string $query;
    /** @var array<string, string|list<string|null>> All headers, by name. */
    public readonly array $headers;
    /** The Cookie header as it came. */
    public readonly ?string $cookies;

    /**
     * @param string $method The HTTP method.
     * @param string $query The query as it came. Parameters that are named twice must still be seen.
     * @param array<string, string|list<string|null>> $headers All headers, by name.
     * @param string|null $cookies The Cookie header as it came.
     */
    public function __construct(
        string $method,
        #[\SensitiveParameter] string $query,
        #[\SensitiveParameter] array $headers,
        #[\SensitiveParameter] ?string $cookies,
    ) {
        $this->method = $method;
        $this->hide(compact('query', 'headers', 'cookies'));
    }

    /** The request that this script answers. */
    public static function fromGlobals(): self
    {
        return new self(
            $_SERVER['REQUEST_METHOD'] ?? 'GET',
            $_SERVER['QUERY_STRING'] ?? '',
            getallheaders(),
            $_SERVER['HTTP_COOKIE'] ?? null,
        );
    }

    /** A request of Symfony's HttpFoundation, which Laravel uses too. */
    public static function fromHttpFoundation(\Symfony\Component\HttpFoundation\Request $request): self
    {
        $cookies = $request->headers->get('Cookie');
        return new self(
            $request->server->get('REQUEST_METHOD') ?? 'GET',
            $request->server->get('QUERY_STRING') ?? '',
            array_map(fn(array $values) => array_values(array_filter($values, is_string(...))), $request->headers->all()),
            is_string($cookies) ? $cookies : null,
        );
    }

    /** A parameter of the query; '' when it is missing, or a list. */
    public function parameter(string $name): string
    {
        $value = $this->parameters()[$name] ?? '';
        return is_string($value) ? $value : '';
    }

    /** Whether the query has a parameter, with any value. */
    public function has(string $name): bool
    {
        return isset($this->parameters()[$name]);
    }

    /** Whether this is a browser that wants to show a page, and not a script that wants data. */
    public function wantsPage(): bool
    {
        if (!in_array($this->method, ['GET', 'HEAD'], true) || strcasecmp($this->header('X-Requested-With'), 'XMLHttpRequest') === 0) {
            return false;
        }
        $kinds = array_map(fn(string $kind) => strtolower(trim(explode(';', $kind)[0])), explode(',', $this->header('Accept')));
        return in_array($kinds, [[''], ['*/*']], true)
            || (in_array('text/html', $kinds, true) && !preg_match('~[/+]json$~', $kinds[0]));
    }

    /** A header; '' when it is missing. */
    private function header(string $name): string
    {
        $value = array_change_key_case($this->headers)[strtolower($name)] ?? '';
        return is_array($value) ? (string) ($value[0] ?? '') : $value;
    }

    /** @return array<string, mixed> */
    private function parameters(): array
    {
        parse_str($this->query, $parameters);
        return $parameters;
    }
}
