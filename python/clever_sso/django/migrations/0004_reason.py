"""Records why an import left a person out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clever_sso", "0003_left_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="removedaccount",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("staff", "the user is staff or a superuser"),
                    ("shared", "several users have this Clever id"),
                    ("several", "the user has several Clever ids"),
                ],
                default="",
                max_length=16,
                verbose_name="why the import left the person out",
            ),
        ),
    ]
