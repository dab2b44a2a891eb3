<?php

/** The page "Settings > Log in with Clever", for users who can manage options. */

declare(strict_types=1);

namespace CleverSso\WordPress;

use CleverSso\Exception as CleverSsoException;
use CleverSso\Finding;
use CleverSso\Report;

defined('ABSPATH') || exit;

/** @internal */
final class SettingsPage
{
    private const PAGE = 'clever-sso';
    private const CHECK = 'clever_sso_check';

    public function __construct(private readonly Settings $settings, private readonly Plugin $plugin)
    {
    }

    public function start(): void
    {
        add_action('admin_menu', fn() => add_options_page(
            __('Log in with Clever', 'clever-sso'),
            __('Log in with Clever', 'clever-sso'),
            'manage_options',
            self::PAGE,
            $this->show(...),
        ));
        // Before it calls this, WordPress checks the capability to manage options and its nonce.
        add_action('admin_init', fn() => register_setting(self::PAGE, Settings::OPTION, [
            'type' => 'array',
            'sanitize_callback' => $this->checked(...),
            'show_in_rest' => false,
        ]));
        add_action('admin_post_' . self::CHECK, $this->check(...));
    }

    /**
     * Returns the values of the form to store.
     *
     * @return array<string, mixed>
     */
    public function checked(mixed $sent): array
    {
        $before = $this->settings->kept();
        $sent = is_array($sent) ? $sent : [];
        $text = fn(string $name): string => is_string($sent[$name] ?? null) ? trim(sanitize_text_field($sent[$name])) : '';
        $kept = ['client_id' => $text('client_id'), 'district_id' => $text('district_id'), 'redirect_uri' => $text('redirect_uri')];
        // The form never shows the secret, so an empty field keeps it.
        if ($text('client_secret') !== '') {
            $this->settings->keepSecret($text('client_secret'));
        }
        if ($kept['redirect_uri'] !== '' && preg_match('~^https?://[^/?#@]+/[^?#]*[^/?#]$~iD', $kept['redirect_uri']) !== 1) {
            $sentence = __('The callback address must be a URL such as https://site.example/clever/callback.', 'clever-sso');
            add_settings_error(Settings::OPTION, 'redirect_uri', $sentence);
            $kept['redirect_uri'] = (string) ($before['redirect_uri'] ?? '');
        }
        $kept['allow_administrators'] = isset($sent['allow_administrators']);
        foreach (Settings::CLEVER_ROLES as $name) {
            $role = is_string($sent['roles'][$name] ?? null) ? $sent['roles'][$name] : 'subscriber';
            $isPowerful = Settings::isPowerful($role);
            if ($role !== Settings::NOBODY && (get_role($role) === null || ($isPowerful && !$kept['allow_administrators']))) {
                $sentence = __('A role at Clever cannot give people a WordPress role that can take over this site, unless you allow it below.', 'clever-sso');
                add_settings_error(Settings::OPTION, "role_{$name}", $sentence);
                $role = 'subscriber';
            }
            $kept['roles'][$name] = $role;
        }
        return $kept;
    }

    /** Asks Clever whether the settings work. */
    public function check(): never
    {
        if (!current_user_can('manage_options')) {
            wp_die(esc_html__('You are not allowed to do this.', 'clever-sso'), '', ['response' => 403]);
        }
        check_admin_referer(self::CHECK);
        $found = $this->found($this->settings->problems());
        set_transient(self::CHECK . '_' . get_current_user_id(), $found, MINUTE_IN_SECONDS);
        wp_safe_redirect(admin_url('options-general.php?page=' . self::PAGE . '&checked=1'));
        exit;
    }

    /**
     * The result to show, in a form that a transient can store.
     *
     * @param list<string> $wrong The settings that are wrong.
     *
     * @return array{exit_code: int, lines: list<string>}
     */
    private function found(array $wrong): array
    {
        try {
            $report = $wrong === [] ? $this->settings->names()->report($this->plugin->client()->doctor()) : new Report([]);
        } catch (CleverSsoException $error) {
            [$report, $wrong] = [new Report([]), [$error->getMessage()]];
        }
        // The cause first: people read the first line as that.
        $ofLevel = fn(string $level): array => array_filter($report->findings, fn(Finding $finding) => $finding->level === $level);
        $amiss = [...$ofLevel('problem'), ...$ofLevel('warning')];
        $line = fn(Finding $finding) => "{$finding->check}: {$finding->found}" . ($finding->advice === null ? '' : " ({$finding->advice})");
        return ['exit_code' => $wrong === [] ? $report->exitCode : 2, 'lines' => [...$wrong, ...array_map($line, $amiss)]];
    }

    public function show(): void
    {
        if (!current_user_can('manage_options')) {
            return;
        }
        echo '<div class="wrap"><h1>', esc_html__('Log in with Clever', 'clever-sso'), '</h1>';
        $this->showWhatWasFound();
        echo '<form method="post" action="options.php">';
        settings_fields(self::PAGE);
        echo '<table class="form-table" role="presentation">';
        $this->row('client_id');
        $this->row('client_secret', __('It is not shown. Leave it empty to keep the one that is set.', 'clever-sso'));
        /* translators: %s is a URL. */
        $register = sprintf(__('Register this address at Clever. If you leave it empty, it is: %s', 'clever-sso'), home_url('/clever/callback'));
        $this->row('redirect_uri', $register);
        $this->row('district_id', __('The Clever id of the district, if everyone is in the same one. Clever then skips the school picker.', 'clever-sso'));
        foreach (Settings::CLEVER_ROLES as $name) {
            $this->roleRow($name);
        }
        $checked = checked($this->settings->allowsAdministrators(), true, false);
        $sentence = __('Let roles at Clever give WordPress roles that can take over this site, such as Administrator', 'clever-sso');
        echo '<tr><th scope="row">', esc_html__('Administrators', 'clever-sso'), '</th><td><label><input type="checkbox" name="',
            esc_attr(Settings::OPTION), '[allow_administrators]" value="1" ', $checked, '> ', esc_html($sentence), '</label></td></tr></table>';
        submit_button();
        echo '</form><form method="post" action="', esc_url(admin_url('admin-post.php')), '"><input type="hidden" name="action" value="',
            esc_attr(self::CHECK), '">';
        wp_nonce_field(self::CHECK);
        submit_button(__('Check these settings', 'clever-sso'), 'secondary');
        echo '</form></div>';
    }

    private function showWhatWasFound(): void
    {
        $found = get_transient(self::CHECK . '_' . get_current_user_id());
        if (!is_array($found)) {
            return;
        }
        delete_transient(self::CHECK . '_' . get_current_user_id());
        $lines = $found['lines'] ?: [__('Clever responds, and its keys can be used.', 'clever-sso')];
        $kind = ['notice-success', 'notice-warning', 'notice-error'][$found['exit_code']];
        echo '<div class="notice ', $kind, '"><p>', implode('<br>', array_map(esc_html(...), $lines)),
            '</p></div>';
    }

    private function row(string $name, string $help = ''): void
    {
        $isSecret = $name === 'client_secret';
        $isFixed = $this->settings->isFixed($name);
        $value = $isSecret ? '' : ($isFixed ? $this->settings->get($name) : (string) ($this->settings->kept()[$name] ?? ''));
        $isSet = $isSecret && $this->settings->get($name) !== '';
        /* translators: %s is the name of a constant. */
        $help = $isFixed ? sprintf(__('It is set by %s in wp-config.php.', 'clever-sso'), Settings::CONSTANTS[$name]) : $help;
        printf(
            '<tr><th scope="row"><label for="clever_%1$s">%2$s</label></th><td><input class="regular-text" id="clever_%1$s" type="%3$s"'
                . ' name="%4$s[%1$s]" value="%5$s" placeholder="%6$s" autocomplete="off"%7$s><p class="description">%8$s</p></td></tr>',
            esc_attr($name),
            esc_html(Settings::label($name)),
            $isSecret ? 'password' : 'text',
            esc_attr(Settings::OPTION),
            esc_attr($value),
            $isSet ? esc_attr__('(set)', 'clever-sso') : '',
            $isFixed ? ' disabled' : '',
            esc_html($help),
        );
    }

    private function roleRow(string $name): void
    {
        $labels = [
            'student' => __('Students', 'clever-sso'),
            'contact' => __('Contacts', 'clever-sso'),
            'teacher' => __('Teachers', 'clever-sso'),
            'staff' => __('Staff', 'clever-sso'),
            'district_admin' => __('District administrators', 'clever-sso'),
        ];
        $options = sprintf('<option value="">%s</option>', esc_html__('(no access)', 'clever-sso'));
        foreach (wp_roles()->get_names() as $role => $title) {
            if ($this->settings->mayBeGiven($role)) {
                $selected = selected($this->settings->roleFor($name), $role, false);
                $options .= sprintf('<option value="%s" %s>%s</option>', esc_attr($role), $selected, esc_html(translate_user_role($title)));
            }
        }
        printf(
            '<tr><th scope="row"><label for="clever_role_%1$s">%2$s</label></th><td><select id="clever_role_%1$s" name="%3$s[roles][%1$s]">%4$s'
                . '</select></td></tr>',
            esc_attr($name),
            esc_html($labels[$name]),
            esc_attr(Settings::OPTION),
            $options,
        );
    }
}
