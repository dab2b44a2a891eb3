<?php

/** The session store of the application failed during a login. */

declare(strict_types=1);

namespace CleverSso;

/** @internal The message is one line for the log, without session ids and passwords. */
final class SessionFailed extends \RuntimeException
{
    public function __construct(string $why, ?\Throwable $previous = null)
    {
        parent::__construct('the session store failed: ' . self::safe($why), previous: $previous);
    }

    /** The message of an exception may contain anything, such as the data of a session, so the log has its class and place. */
    public static function because(\Throwable $error): self
    {
        return new self(get_debug_type($error) . " in {$error->getFile()}:{$error->getLine()}", $error);
    }

    /** A text of PHP or of a session handler, for the log. It may have session ids, and an address with a password. */
    public static function safe(#[\SensitiveParameter] string $text): string
    {
        $patterns = [
            '/sess_[\w,-]+/' => 'sess_…',
            '/(?=[A-Za-z,-]*[0-9])[A-Za-z0-9,-]{22,}/' => '…',
            '~//[^/\s]*@~' => '//…@',
            '/\b(auth|pass|passwd|password|pwd)((?:\[\w*\])?\s*=\s*)[^&;,\s)]+/i' => '$1$2…',
            '/[\x00-\x1f\x7f]+/' => ' ',
        ];
        return (string) preg_replace(array_keys($patterns), array_values($patterns), substr($text, 0, 1000));
    }
}
