"""Imported links have no login yet, and deleted links may be recorded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clever_sso", "0001_accounts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="cleveraccount",
            name="created_at",
            field=models.DateTimeField(auto_now_add=True, verbose_name="linked"),
        ),
        migrations.AlterField(
            model_name="cleveraccount",
            name="last_login_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last login"),
        ),
        migrations.CreateModel(
            name="RemovedAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=255)),
                ("clever_id", models.CharField(max_length=64, verbose_name="Clever id")),
                ("removed_at", models.DateTimeField(auto_now_add=True, verbose_name="removed")),
            ],
            options={
                "verbose_name": "removed Clever account",
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "clever_id"), name="clever_sso_removed_once")
                ],
            },
        ),
    ]
