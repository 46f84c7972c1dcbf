from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0003_export_days_of_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="exportschedule",
            name="words",
            field=models.JSONField(default=list, help_text="The filters in words: [label, value]."),
        ),
    ]
