<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * A failure of Log in with Clever; the base of all others.
 *
 * It never contains a token, code, secret, name or email address, so you can log it. getMessage() is the line for the log: the
 * error code, what happened, what was expected and what was found. Its setCookies are for this browser, so you cannot serialize
 * it.
 */
abstract class Exception extends \Exception
{
    use NotSerializable;

    private string $codeWord = '';
    private string $userMessage = '';
    private string $actor = '';
    private bool $retryable = false;
    private int $pageStatus = 500;
    private ?int $httpStatus = null;
    private ?int $retryAfter = null;
    private ?string $returnTo = null;
    private bool $switchUser = false;
    /** @var list<SetCookie> After beginLogin or finishLogin: set these with the response. */
    public readonly array $setCookies;
    /** Whether the session that the browser had must end: a login that this browser began has failed. */
    public readonly bool $endsSession;

    /**
     * For applications that create exceptions themselves, for example in a test. By default, they have no cookies and end no
     * session.
     *
     * @param SetCookie[] $setCookies
     */
    public function __construct(
        string $message = '',
        int $code = 0,
        ?\Throwable $previous = null,
        string $codeWord = '',
        string $userMessage = '',
        string $actor = '',
        bool $retryable = false,
        int $pageStatus = 500,
        ?int $httpStatus = null,
        ?int $retryAfter = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        array $setCookies = [],
        bool $endsSession = false,
    ) {
        parent::__construct($message, $code, $previous);
        $this->codeWord = $codeWord;
        $this->userMessage = $userMessage;
        $this->actor = $actor;
        $this->retryable = $retryable;
        $this->pageStatus = $pageStatus;
        $this->httpStatus = $httpStatus;
        $this->retryAfter = $retryAfter;
        $this->returnTo = $returnTo;
        $this->switchUser = $switchUser;
        $this->setCookies = $setCookies;
        $this->endsSession = $endsSession;
        Traces::safe($this);
    }

    /** The error code, for example id_token_expired. It never changes its meaning. */
    public function getCodeWord(): string
    {
        return $this->codeWord;
    }

    /** A sentence that may be shown to the person who logs in, in English. */
    public function getUserMessage(): string
    {
        return $this->userMessage;
    }

    /**
     * Like getUserMessage, in the language of the person: English or Spanish. All other languages get English.
     *
     * @param string $language A tag such as es or es-MX, or the value of their Accept-Language header.
     */
    public function getUserMessageIn(string $language): string
    {
        return Sentences::translated($this->userMessage, $language);
    }

    /** Who can fix it: user, app, clever or network. */
    public function getActor(): string
    {
        return $this->actor;
    }

    /** Whether the same call, or the same login started again, may succeed later without any change. */
    public function isRetryable(): bool
    {
        return $this->retryable;
    }

    /** The HTTP status of the page that shows this failure to the person: 400, 403, 500 or 503. */
    public function getPageStatus(): int
    {
        return $this->pageStatus;
    }

    /** The HTTP status of the response from Clever that led to this failure, if there was one. */
    public function getHttpStatus(): ?int
    {
        return $this->httpStatus;
    }

    /** How many seconds Clever asks to wait before the next attempt, if it said so: for the page's Retry-After header. */
    public function getRetryAfter(): ?int
    {
        return $this->retryAfter;
    }

    /**
     * The returnTo of the failed login, as an ASCII path or URL, if it is known. Begin the next login with it, so that "Try
     * again" leads to the same page.
     */
    public function getReturnTo(): ?string
    {
        return $this->returnTo;
    }

    /** Whether the failed login began with switchUser. Begin the next login with it too. */
    public function getSwitchUser(): bool
    {
        return $this->switchUser;
    }
}
