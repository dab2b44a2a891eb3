<?php

/** A response for the browser, not sent yet. */

declare(strict_types=1);

namespace CleverSso;

/** A response of BrowserLeg. Send its cookies, and end the session when it says so. Dumps show no address, page or person. */
final class BrowserReply implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    /** The HTTP status. */
    public readonly int $status;
    /** @var array<string, string> Headers by name. Cookies are not among them. */
    public readonly array $headers;
    /** @var list<SetCookie> Set these. */
    public readonly array $cookies;
    /** Whether the session that the browser had must end. */
    public readonly bool $endsSession;
    /** The page; empty with a redirect. */
    public readonly string $body;
    /** What went wrong, for a page of your own. */
    public readonly ?Problem $problem;
    /** Who proved a login. */
    public readonly ?SignedIn $signedIn;
    /** One word for logs and profilers. */
    public readonly string $outcome;

    /**
     * @param int $status The HTTP status.
     * @param array<string, string> $headers Headers by name. Cookies are not among them.
     * @param list<SetCookie> $cookies Set these.
     * @param bool $endsSession Whether the session that the browser had must end.
     * @param string $body The page; empty with a redirect.
     * @param Problem|null $problem What went wrong, for a page of your own.
     * @param SignedIn|null $signedIn Who proved a login. Then this is not the final response: get that from
     *     `BrowserLeg::admitted` or `BrowserLeg::notAdmitted`.
     * @param string $outcome One word for logs and profilers: login, signed_in, restart, denied, logout, refused, waiting or
     *     the error code of an error.
     */
    public function __construct(
        int $status,
        #[\SensitiveParameter] array $headers = [],
        array $cookies = [],
        bool $endsSession = false,
        #[\SensitiveParameter] string $body = '',
        #[\SensitiveParameter] ?Problem $problem = null,
        #[\SensitiveParameter] ?SignedIn $signedIn = null,
        string $outcome = '',
    ) {
        $this->status = $status;
        $this->cookies = $cookies;
        $this->endsSession = $endsSession;
        $this->outcome = $outcome;
        $this->hide(compact('headers', 'body', 'problem', 'signedIn'));
    }

    /** Sends it by PHP's own functions. `show` prints the page of a problem; by default it is a plain page. */
    public function send(?callable $show = null): void
    {
        if (!headers_sent()) {
            http_response_code($this->status);
            foreach ($this->headers as $name => $value) {
                header("{$name}: {$value}");
            }
            foreach ($this->cookies as $cookie) {
                $cookie->send();
            }
        }
        echo $this->problem === null || $show === null ? $this->body : $this->shown($show, $this->problem);
    }

    /** The page that the application prints; the package's own if that fails, because the person needs one. */
    private function shown(callable $show, Problem $problem): string
    {
        ob_start();
        $level = ob_get_level();
        try {
            $show($problem);
            while (ob_get_level() > $level) {
                ob_end_flush();
            }
            return (string) ob_get_clean();
        } catch (\Throwable $error) {
            while (ob_get_level() >= $level) {
                ob_end_clean();
            }
            $class = get_debug_type($error);
            error_log("the application's own page of a failed login threw {$class} in {$error->getFile()}:{$error->getLine()}");
            return $this->body;
        }
    }

    /** The same as a response of Symfony's HttpFoundation, which Laravel sends too. Its cookies are not in it: frameworks set them last, as they are. */
    public function toHttpFoundation(): \Symfony\Component\HttpFoundation\Response
    {
        return new \Symfony\Component\HttpFoundation\Response($this->body, $this->status, $this->headers);
    }
}
