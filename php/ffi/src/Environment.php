<?php

declare(strict_types=1);

namespace CleverSso;

/** @internal The arguments of a client, from environment variables. */
final class Environment
{
    /** The types of arguments. All others are text. */
    private const KINDS = [
        'redirectUri' => 'list',
        'oldPendingKeys' => 'list',
        'returnToOrigins' => 'list',
        'timeout' => 'a number',
        'leeway' => 'a whole number',
        'development' => 'true or false',
        'discover' => 'true or false',
    ];

    /** The variable of an argument: CLEVER_CLIENT_ID for clientId. */
    public static function variable(string $argument): string
    {
        return 'CLEVER_' . strtoupper((string) preg_replace('/[A-Z]/', '_$0', $argument));
    }

    /**
     * @param list<string> $arguments The names of all of them.
     *
     * @return array<string, mixed> Those that are set.
     *
     * @throws ConfigException config_invalid
     */
    public static function read(array $arguments): array
    {
        $found = [];
        foreach ($arguments as $argument) {
            $variable = self::variable($argument);
            $text = Variables::get($variable);
            if ($text !== null) {
                $kind = self::KINDS[$argument] ?? 'text';
                $found[$argument] = self::value($kind, $text) ?? throw self::wrong("{$variable} cannot be read as {$kind}");
            }
        }
        return isset($found['clientId']) ? $found : throw self::wrong('CLEVER_CLIENT_ID is not set');
    }

    public static function wrong(string $what): ConfigException
    {
        $exception = new ConfigException(
            "config_invalid: the configuration cannot be used: {$what}",
            codeWord: 'config_invalid',
            userMessage: 'This app has a problem with Clever. Please tell someone at your school.',
            actor: 'app',
        );
        Reader::begunByTheApplication($exception);
        return $exception;
    }

    /** @return string|int|float|bool|list<string>|null null when the text is not of this kind. */
    private static function value(string $kind, #[\SensitiveParameter] string $text): string|int|float|bool|array|null
    {
        return match ($kind) {
            'list' => self::split($text),
            'a number' => is_numeric($text) ? (float) $text : null,
            'a whole number' => is_numeric($text) && is_int($text + 0) ? (int) $text : null,
            'true or false' => match (strtolower($text)) {
                '1', 'true', 'yes', 'on' => true,
                '0', 'false', 'no', 'off' => false,
                default => null,
            },
            default => $text,
        };
    }

    /** @return list<string> */
    private static function split(#[\SensitiveParameter] string $text): array
    {
        return preg_split('/[ \t\n\r\v\f]+/', $text, flags: PREG_SPLIT_NO_EMPTY);
    }
}
